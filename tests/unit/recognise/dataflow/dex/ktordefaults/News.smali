# The address that requests have by default, set by a class inside another one.
.class public Ltest/news/News$Client;
.super Ljava/lang/Object;

.method public static defaults(Lio/ktor/client/plugins/DefaultRequest$DefaultRequestBuilder;)V
    .registers 2
    const-string v0, "https://news.shop.test/v3/"
    invoke-virtual {p0, v0}, Lio/ktor/client/plugins/DefaultRequest$DefaultRequestBuilder;->url(Ljava/lang/String;)V
    return-void
.end method
