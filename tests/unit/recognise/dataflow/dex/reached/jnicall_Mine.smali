.class public Ltest/jnicall/app/Mine;
.super Ljava/lang/Object;
.implements Llib/jnicall/Callback;
.method public onReady(I)V
    .locals 11
    const-string v0, "https://jnicall.shop.test/"
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
