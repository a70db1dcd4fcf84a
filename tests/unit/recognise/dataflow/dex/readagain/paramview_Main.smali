.class public Ltest/paramview/app/Main;
.super Landroid/app/Activity;
.implements Landroid/view/View$OnClickListener;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    new-instance v0, Landroid/widget/TextView;
    invoke-direct {v0, p0}, Landroid/widget/TextView;-><init>(Landroid/content/Context;)V
    const-string v2, "https://paramview.shop.test/"
    invoke-virtual {v0, v2}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    invoke-virtual {v0, p0}, Landroid/widget/TextView;->setOnClickListener(Landroid/view/View$OnClickListener;)V
    return-void
.end method
.method public onClick(Landroid/view/View;)V
    .locals 11
    check-cast p1, Landroid/widget/TextView;
    invoke-virtual {p1}, Landroid/widget/TextView;->getText()Ljava/lang/CharSequence;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v1
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
