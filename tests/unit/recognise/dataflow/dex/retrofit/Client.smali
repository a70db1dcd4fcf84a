.class public Ltest/shop/net/Client;
.super Ljava/lang/Object;

.method static make()V
    .registers 2
    new-instance v0, Lretrofit2/Retrofit$Builder;
    invoke-direct {v0}, Lretrofit2/Retrofit$Builder;-><init>()V
    const-string v1, "https://retro.shop.test/api/"
    invoke-virtual {v0, v1}, Lretrofit2/Retrofit$Builder;->baseUrl(Ljava/lang/String;)Lretrofit2/Retrofit$Builder;
    return-void
.end method
