.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    const-string v0, "byName"
    invoke-static {v0}, Ltest/shop/app/Main;->call(Ljava/lang/String;)V
    new-instance v0, Ltest/shop/app/Holder;
    invoke-direct {v0}, Ltest/shop/app/Holder;-><init>()V
    invoke-virtual {v0}, Ltest/shop/app/Holder;->askRead()V
    invoke-static {}, Ltest/shop/app/Api;->used()V
    invoke-static {}, Ltest/shop/app/Api;->twiceUsed()V
    invoke-static {}, Ltest/shop/app/Api;->readHome()V
    invoke-static {}, Ltest/shop/app/Api;->readBothUsed()V
    return-void
.end method

.method public static call(Ljava/lang/String;)V
    .registers 1
    return-void
.end method

.method public pressed(Landroid/view/View;)V
    .registers 3
    const-string v0, "https://pressed.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    const/4 v0, 0x0
    invoke-virtual {p0, v0}, Ltest/shop/app/Main;->send(Ltest/shop/app/Requests;)V
    return-void
.end method

.method public send(Ltest/shop/app/Requests;)V
    .registers 2
    invoke-interface {p1}, Ltest/shop/app/Requests;->sent()V
    invoke-interface {p1}, Ltest/shop/app/Requests;->firstRequest()V
    return-void
.end method

# Nothing calls this
.method public sendLater(Ltest/shop/app/Requests;)V
    .registers 2
    invoke-interface {p1}, Ltest/shop/app/Requests;->later()V
    return-void
.end method
