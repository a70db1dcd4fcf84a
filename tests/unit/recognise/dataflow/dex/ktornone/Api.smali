# No address by default.
.class public Ltest/shop/Api;
.super Ljava/lang/Object;

.method public static orders(Lio/ktor/client/request/HttpRequestBuilder;)V
    .registers 2
    const-string v0, "orders"
    invoke-static {p0, v0}, Lio/ktor/client/request/HttpRequestKt;->url(Lio/ktor/client/request/HttpRequestBuilder;Ljava/lang/String;)V
    return-void
.end method
