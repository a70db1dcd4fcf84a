.class public Ltest/parts/net/Net;
.super Ljava/lang/Object;
# The code of another package.

.method public static load()V
    .registers 2
    new-instance v0, Ljava/net/URL;
    const-string v1, "http://54.1.2.9/both"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    new-instance v0, Ljava/net/URL;
    const-string v1, "http://192.168.44.8/on"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method
