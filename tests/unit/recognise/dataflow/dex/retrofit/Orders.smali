.class public interface abstract Ltest/shop/net/Orders;
.super Ljava/lang/Object;

.method public abstract list()V
    .annotation runtime Lretrofit2/http/GET;
        value = "v1/orders"
    .end annotation
.end method

.method public abstract one(Ljava/lang/String;)V
    .annotation runtime Lretrofit2/http/HTTP;
        method = "PURGE"
        path = "v1/orders/{id}"
    .end annotation
.end method

.method public abstract elsewhere()V
    .annotation runtime Lretrofit2/http/POST;
        value = "https://log.shop.test/collect"
    .end annotation
.end method
