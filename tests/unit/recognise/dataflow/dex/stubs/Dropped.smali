# Not a stub: it really drops the text
.class public Ltest/shop/Dropped;
.super Ljava/lang/Object;

.method public constructor <init>(Ljava/lang/String;)V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    new-instance v0, Ljava/lang/RuntimeException;
    const-string v1, "Nothing to do"
    invoke-direct {v0, v1}, Ljava/lang/RuntimeException;-><init>(Ljava/lang/String;)V
    throw v0
.end method
