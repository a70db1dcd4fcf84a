.class public interface abstract Ltest/shop/Sited;
.super Ljava/lang/Object;

.method public abstract site()Ljava/lang/String;
.end method
