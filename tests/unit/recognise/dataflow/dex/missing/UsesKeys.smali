.class public Ltest/lib/UsesKeys;
.super Ljava/lang/Object;
.implements Ltest/lib/Keys;

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public request()V
    .registers 3
    const-string v0, "https://constants.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
