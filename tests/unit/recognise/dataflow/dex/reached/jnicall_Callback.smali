.class public interface abstract Llib/jnicall/Callback;
.super Ljava/lang/Object;
.method public abstract onReady(I)V
.end method
