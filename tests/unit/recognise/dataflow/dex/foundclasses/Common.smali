# A library finds a method of this name in a class of the platform
.class public Ltest/shop/app/Common;
.super Ljava/lang/Object;

.method public obtain()V
    .registers 2
    const-string v0, "https://common.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
