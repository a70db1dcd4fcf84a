# Requests without a host, and one with a host.
.class public Ltest/news/News;
.super Ljava/lang/Object;

.method public static articles(Lio/ktor/client/request/HttpRequestBuilder;)V
    .registers 2
    const-string v0, "articles"
    invoke-static {p0, v0}, Lio/ktor/client/request/HttpRequestKt;->url(Lio/ktor/client/request/HttpRequestBuilder;Ljava/lang/String;)V
    return-void
.end method

.method public static top(Lio/ktor/client/request/HttpRequestBuilder;)V
    .registers 2
    const-string v0, "/top"
    invoke-static {p0, v0}, Lio/ktor/client/request/HttpRequestKt;->url(Lio/ktor/client/request/HttpRequestBuilder;Ljava/lang/String;)V
    return-void
.end method

.method public static whole(Lio/ktor/client/request/HttpRequestBuilder;)V
    .registers 2
    const-string v0, "https://other.shop.test/feed"
    invoke-static {p0, v0}, Lio/ktor/client/request/HttpRequestKt;->url(Lio/ktor/client/request/HttpRequestBuilder;Ljava/lang/String;)V
    return-void
.end method

.method public static sections(Lio/ktor/http/URLBuilder;)V
    .registers 2
    const-string v0, "sections"
    invoke-virtual {p0, v0}, Lio/ktor/http/URLBuilder;->setEncodedPath(Ljava/lang/String;)V
    return-void
.end method
