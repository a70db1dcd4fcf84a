.class public Lcom/adjust/sdk/Tracker;
.super Ljava/lang/Object;
# The code of a known library. Only it has the first host; the app has the second, too.

.method public static send()V
    .registers 2
    new-instance v0, Ljava/net/URL;
    const-string v1, "https://track.made.test/v1"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    new-instance v0, Ljava/net/URL;
    const-string v1, "https://both.made.test/v1"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method
