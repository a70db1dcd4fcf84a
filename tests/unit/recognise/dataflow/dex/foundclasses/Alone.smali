# Nothing has the name of the method
.class public Ltest/shop/app/Alone;
.super Ljava/lang/Object;

.method public static alone()V
    .registers 2
    const-string v0, "https://alone.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
