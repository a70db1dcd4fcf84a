.class public interface abstract Ltest/shop/Shows;
.super Ljava/lang/Object;

.method public abstract show(Ljava/lang/String;)V
.end method
