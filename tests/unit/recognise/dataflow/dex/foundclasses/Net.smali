# An engine for scripts gets the interface, and calls its methods
.class public interface abstract Ltest/shop/app/Net;
.super Ljava/lang/Object;

.method public abstract ask()V
.end method
