.class public interface abstract Ltest/shop/net/Orders;
.super Ljava/lang/Object;

.method public abstract list()V
    .annotation runtime La/b;
        value = "v1/orders"
    .end annotation
.end method

.method public abstract text()V
    .annotation runtime La/c;
        value = "a text with spaces"
    .end annotation
.end method

.method public abstract more()V
    .annotation runtime La/d;
        value = "v1/no"
        name = "b"
    .end annotation
.end method
