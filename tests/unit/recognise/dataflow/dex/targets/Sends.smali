.class public interface abstract Ltest/shop/Sends;
.super Ljava/lang/Object;

.method public abstract send(Ljava/lang/String;)V
.end method
