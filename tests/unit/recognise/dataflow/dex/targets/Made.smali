.class public interface abstract Ltest/shop/Made;
.super Ljava/lang/Object;

.method public abstract get(Ljava/lang/String;)V
.end method
