.class public Ltest/shop/fit/Pump;
.super Ljava/lang/Object;
# The same address in another class of the app.

.method public static load()V
    .registers 2
    new-instance v0, Ljava/net/URL;
    const-string v1, "http://192.168.44.7/on"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method
