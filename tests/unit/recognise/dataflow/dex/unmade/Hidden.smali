.class public Ltest/shop/app/Hidden;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    const-string v0, "https://hidden.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    new-instance v0, Ltest/shop/app/HiddenTask;
    return-void
.end method
