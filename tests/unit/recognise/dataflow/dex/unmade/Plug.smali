.class public Ltest/shop/app/Plug;
.super Ljava/lang/Object;
.implements Lother/host/Plugin;

.method public start()V
    .registers 3
    const-string v0, "https://plugused.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
