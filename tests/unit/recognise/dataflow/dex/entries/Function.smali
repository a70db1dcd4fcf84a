.class public interface abstract Ltest/entries/Function;
.super Ljava/lang/Object;

.method public abstract invoke(Ljava/lang/Object;)Ljava/lang/Object;
.end method
