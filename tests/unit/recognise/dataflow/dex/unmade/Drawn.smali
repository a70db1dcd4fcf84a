.class public Ltest/shop/app/Drawn;
.super Landroid/view/View;

.method public onAttachedToWindow()V
    .registers 3
    const-string v0, "https://drawn.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
