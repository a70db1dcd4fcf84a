.class public Ltest/shop/fit/Main;
.super Ljava/lang/Object;
# The code of the app; it has the second address together with another package.

.method public static load()V
    .registers 2
    invoke-static {}, Ltest/shop/fit/Pump;->load()V
    invoke-static {}, Ltest/parts/net/Net;->load()V
    new-instance v0, Ljava/net/URL;
    const-string v1, "http://192.168.44.7/on"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    new-instance v0, Ljava/net/URL;
    const-string v1, "http://54.1.2.9/both"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    new-instance v0, Ljava/net/URL;
    const-string v1, "http://54.1.2.4:8888"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    new-instance v0, Ljava/net/URL;
    const-string v1, "https://own.made.test/v1"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method
