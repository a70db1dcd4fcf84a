.class public Ltest/shop/app/Hidden;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 4
    const-string v0, "https://hidden.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    new-instance v0, Ltest/shop/app/Hidden$1;
    invoke-direct {v0}, Ltest/shop/app/Hidden$1;-><init>()V
    return-void
.end method
