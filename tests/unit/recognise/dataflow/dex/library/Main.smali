.class public Ltest/shop/Main;
.super Ljava/lang/Object;

.method public static load()V
    .registers 2
    invoke-static {}, Lcom/adjust/sdk/Tracker;->send()V
    new-instance v0, Ljava/net/URL;
    const-string v1, "https://both.made.test/v1"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    new-instance v0, Ljava/net/URL;
    const-string v1, "https://own.made.test/v1"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method
