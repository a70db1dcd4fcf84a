.class public interface abstract Llib/sender/Sender;
.super Ljava/lang/Object;
.method public abstract send(Ljava/lang/String;)V
.end method
