# An object of it goes to such an engine
.class public Ltest/shop/app/Offered;
.super Ljava/lang/Object;
.implements Ltest/shop/app/Net;

.method public ask()V
    .registers 2
    const-string v0, "https://offered.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
