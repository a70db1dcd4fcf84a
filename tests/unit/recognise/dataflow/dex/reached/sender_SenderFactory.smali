.class public interface abstract Llib/sender/SenderFactory;
.super Ljava/lang/Object;
.method public abstract create()Llib/sender/Sender;
.end method
