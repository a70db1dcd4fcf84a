# Requests by absolute addresses: nothing sends the first, the app sends the others or can send them by their name
.class public interface abstract Ltest/shop/app/Requests;
.super Ljava/lang/Object;

.method public abstract unsent()V
    .annotation runtime Lretrofit2/http/GET;
        value = "https://unsent.shop.test/"
    .end annotation
.end method

.method public abstract sent()V
    .annotation runtime Lretrofit2/http/POST;
        value = "https://sent.shop.test/"
    .end annotation
    .annotation runtime Lretrofit2/http/Headers;
        value = { "Accept: text/html", "Origin:http://header.shop.test" }
    .end annotation
.end method

.method public abstract byName()V
    .annotation runtime Lretrofit2/http/GET;
        value = "https://sentbyname.shop.test/"
    .end annotation
.end method

# Two requests with one address
.method public abstract firstRequest()V
    .annotation runtime Lretrofit2/http/GET;
        value = "https://oneissent.shop.test/"
    .end annotation
.end method

.method public abstract secondRequest()V
    .annotation runtime Lretrofit2/http/POST;
        value = "https://oneissent.shop.test/"
    .end annotation
.end method

# Only an uncalled method sends this
.method public abstract later()V
    .annotation runtime Lretrofit2/http/GET;
        value = "https://sentlater.shop.test/"
    .end annotation
.end method
