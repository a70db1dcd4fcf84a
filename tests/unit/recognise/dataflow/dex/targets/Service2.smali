.class public interface abstract Ltest/shop/Service2;
.super Ljava/lang/Object;

# A library makes objects for it, beside the class for tests.
.method public abstract get(Ljava/lang/String;)V
    .annotation runtime Lretrofit2/http/GET;
    .end annotation
.end method
