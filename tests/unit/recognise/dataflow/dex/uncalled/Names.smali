# A method whose name a library loads for methods of its own
.class public Ltest/shop/app/Names;
.super Ljava/lang/Object;

.method public static connect()V
    .registers 2
    const-string v0, "https://sharedname.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
