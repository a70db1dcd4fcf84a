# A method that a library can call by the names of its class and of the method
.class public Ltest/shop/app/Named;
.super Ljava/lang/Object;

.method public static connect()V
    .registers 2
    const-string v0, "https://namedclass.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
