.class public interface abstract Ltest/shop/app/Step;
.super Ljava/lang/Object;

.method public abstract run()V
.end method
