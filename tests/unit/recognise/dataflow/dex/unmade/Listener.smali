# An interface of a library, whose code calls it
.class public interface abstract Lother/lib/Listener;
.super Ljava/lang/Object;

.method public abstract onDone(I)V
.end method
