.class public Ltest/shop/net/Client;
.super Ljava/lang/Object;

.method static make()V
    .registers 2
    new-instance v0, La/a;
    invoke-direct {v0}, La/a;-><init>()V
    const-string v1, "https://renamed.shop.test/api/"
    invoke-virtual {v0, v1}, La/a;->b(Ljava/lang/String;)La/a;
    return-void
.end method

.method static other(Ljava/net/URLConnection;)V
    .registers 2
    new-instance v0, Ljava/net/URL;
    const-string v1, "https://other.shop.test/page/"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    return-void
.end method
