# A listener that opens a connection to the text of the view that was clicked.
.class public Ltest/anyview/Listener;
.super Ljava/lang/Object;
.implements Landroid/view/View$OnClickListener;

.method public onClick(Landroid/view/View;)V
    .locals 2
    check-cast p1, Landroid/widget/TextView;
    invoke-virtual {p1}, Landroid/widget/TextView;->getText()Ljava/lang/CharSequence;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
