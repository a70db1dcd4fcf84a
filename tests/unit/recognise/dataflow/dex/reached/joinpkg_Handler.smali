.class public interface abstract Ltest/joinpkg/app/Handler;
.super Ljava/lang/Object;
.method public abstract run()V
.end method
