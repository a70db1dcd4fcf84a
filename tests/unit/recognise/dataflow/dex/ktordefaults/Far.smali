# Its client is not known.
.class public Lfar/Far;
.super Ljava/lang/Object;

.method public static unknown(Lio/ktor/client/request/HttpRequestBuilder;)V
    .registers 2
    const-string v0, "unknown"
    invoke-static {p0, v0}, Lio/ktor/client/request/HttpRequestKt;->url(Lio/ktor/client/request/HttpRequestBuilder;Ljava/lang/String;)V
    return-void
.end method
