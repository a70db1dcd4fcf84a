# The requests of Retrofit 1
.class public interface abstract Ltest/shop/Requests;
.super Ljava/lang/Object;

.method public abstract flags()Ltest/shop/Answer;
    .annotation runtime Lretrofit/http/GET;
        value = "/flags"
    .end annotation
.end method
