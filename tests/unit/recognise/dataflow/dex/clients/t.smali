# The builder of URLs of OkHttp, renamed; its package is kept.
.class public final Lokhttp3/t;
.super Ljava/lang/Object;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public final b(Lokhttp3/u;Ljava/lang/String;)V
    .registers 5
    new-instance v0, Ljava/lang/IllegalArgumentException;
    const-string v1, "Expected URL scheme \'http\' or \'https\' but was \'"
    invoke-direct {v0, v1}, Ljava/lang/IllegalArgumentException;-><init>(Ljava/lang/String;)V
    throw v0
.end method

.method public final c(Lokhttp3/u;Ljava/lang/String;)V
    .registers 3
    return-void
.end method
