# Gives the text of any view to the tools of a developer.
.class public Lcom/shop/inspector/Inspector;
.super Ljava/lang/Object;

.method public static describe(Landroid/view/View;)Ljava/lang/CharSequence;
    .registers 2
    check-cast p0, Landroid/widget/TextView;
    invoke-virtual {p0}, Landroid/widget/TextView;->getText()Ljava/lang/CharSequence;
    move-result-object v0
    return-object v0
.end method
