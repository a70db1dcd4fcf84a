# Its interface, which an engine for scripts gets, has no such method
.class public Ltest/shop/app/Aware;
.super Ljava/lang/Object;
.implements Ltest/shop/app/Net;

.method public apart()V
    .registers 2
    const-string v0, "https://aware.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
