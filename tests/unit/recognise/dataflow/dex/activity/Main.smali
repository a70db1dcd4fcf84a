.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;
.implements Ljava/lang/Runnable;
# The platform calls what its classes declare, and what a layout names; nothing calls the other methods.

.method protected onCreate(Landroid/os/Bundle;)V
    .registers 3
    const-string v0, "https://created.shop.test/"
    invoke-static {v0}, Ltest/shop/app/Net;->load(Ljava/lang/String;)V
    invoke-virtual {p0}, Ltest/shop/app/Main;->show()V
    return-void
.end method

.method public run()V
    .registers 2
    const-string v0, "https://run.shop.test/"
    invoke-static {v0}, Ltest/shop/app/Net;->load(Ljava/lang/String;)V
    return-void
.end method

.method public show()V
    .registers 2
    const-string v0, "https://shown.shop.test/"
    invoke-static {v0}, Ltest/shop/app/Net;->load(Ljava/lang/String;)V
    return-void
.end method

.method public refresh()V
    .registers 2
    const-string v0, "https://refresh.shop.test/"
    invoke-static {v0}, Ltest/shop/app/Net;->load(Ljava/lang/String;)V
    return-void
.end method

.method public address()Ljava/lang/String;
    .registers 2
    const-string v0, "https://address.shop.test/"
    return-object v0
.end method

.method public getLocalClassName()Ljava/lang/String;
    .registers 2
    const-string v0, "https://declared.shop.test/"
    return-object v0
.end method

.method public pay(Landroid/view/View;)V
    .registers 3
    const-string v0, "https://pay.shop.test/"
    invoke-static {v0}, Ltest/shop/app/Net;->load(Ljava/lang/String;)V
    return-void
.end method

.method public help(Landroid/view/View;)V
    .registers 3
    const-string v0, "https://help.shop.test/"
    invoke-static {v0}, Ltest/shop/app/Net;->load(Ljava/lang/String;)V
    return-void
.end method

.method private connect()V
    .registers 4
    const-string v0, "socket.shop.test"
    const/16 v1, 0x2328
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
