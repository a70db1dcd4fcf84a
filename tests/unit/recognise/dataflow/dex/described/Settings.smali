.class public interface abstract Ltest/shop/Settings;
.super Ljava/lang/Object;

.method public abstract stream()Ljava/lang/String;
.end method

.method public abstract rest()Ljava/lang/String;
.end method
