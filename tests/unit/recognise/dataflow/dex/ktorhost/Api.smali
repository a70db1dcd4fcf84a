# Only the block of a builder sets the host.
.class public Ltest/shop/Api;
.super Ljava/lang/Object;

.method public static host(Lio/ktor/http/URLBuilder;)V
    .registers 3
    sget-object v0, Lio/ktor/http/URLProtocol;->Companion:Lio/ktor/http/URLProtocol$Companion;
    invoke-virtual {v0}, Lio/ktor/http/URLProtocol$Companion;->getHTTPS()Lio/ktor/http/URLProtocol;
    move-result-object v0
    invoke-virtual {p0, v0}, Lio/ktor/http/URLBuilder;->setProtocol(Lio/ktor/http/URLProtocol;)V
    const-string v0, "api.shop.test"
    invoke-virtual {p0, v0}, Lio/ktor/http/URLBuilder;->setHost(Ljava/lang/String;)V
    const-string v0, "v1/"
    invoke-virtual {p0, v0}, Lio/ktor/http/URLBuilder;->setEncodedPath(Ljava/lang/String;)V
    return-void
.end method

.method public static orders(Lio/ktor/client/request/HttpRequestBuilder;)V
    .registers 2
    const-string v0, "orders"
    invoke-static {p0, v0}, Lio/ktor/client/request/HttpRequestKt;->url(Lio/ktor/client/request/HttpRequestBuilder;Ljava/lang/String;)V
    return-void
.end method

# A request with a host of its own; its path ends with no slash.
.method public static own(Lio/ktor/http/URLBuilder;)V
    .registers 3
    sget-object v0, Lio/ktor/http/URLProtocol;->Companion:Lio/ktor/http/URLProtocol$Companion;
    invoke-virtual {v0}, Lio/ktor/http/URLProtocol$Companion;->getHTTPS()Lio/ktor/http/URLProtocol;
    move-result-object v0
    invoke-virtual {p0, v0}, Lio/ktor/http/URLBuilder;->setProtocol(Lio/ktor/http/URLProtocol;)V
    const-string v0, "own.shop.test"
    invoke-virtual {p0, v0}, Lio/ktor/http/URLBuilder;->setHost(Ljava/lang/String;)V
    const-string v0, "a/b"
    invoke-virtual {p0, v0}, Lio/ktor/http/URLBuilder;->setEncodedPath(Ljava/lang/String;)V
    return-void
.end method
