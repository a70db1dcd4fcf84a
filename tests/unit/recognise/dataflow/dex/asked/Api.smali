.class public Lother/sdk/Api;
.super Ljava/lang/Object;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public send()V
    .registers 3
    const-string v0, "https://send.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    new-instance v0, Lother/sdk/a;
    invoke-direct {v0, p0}, Lother/sdk/a;-><init>(Lother/sdk/Api;)V
    return-void
.end method
