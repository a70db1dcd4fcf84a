# Another client.
.class public Ltest/ads/Ads;
.super Ljava/lang/Object;

.method public static defaults(Lio/ktor/client/plugins/DefaultRequest$DefaultRequestBuilder;)V
    .registers 2
    const-string v0, "https://ads.shop.test/"
    invoke-virtual {p0, v0}, Lio/ktor/client/plugins/DefaultRequest$DefaultRequestBuilder;->url(Ljava/lang/String;)V
    return-void
.end method

.method public static show(Lio/ktor/client/request/HttpRequestBuilder;)V
    .registers 2
    const-string v0, "show"
    invoke-static {p0, v0}, Lio/ktor/client/request/HttpRequestKt;->url(Lio/ktor/client/request/HttpRequestBuilder;Ljava/lang/String;)V
    return-void
.end method
