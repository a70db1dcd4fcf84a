.class public interface abstract Ltest/joinname/app/Handler;
.super Ljava/lang/Object;
.method public abstract run()V
.end method
