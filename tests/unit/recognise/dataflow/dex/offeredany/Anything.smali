.class public Ltest/shop/Anything;
.super Ljava/lang/Object;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public address2()Ljava/lang/String;
    .registers 2
    const-string v0, "https://anything.shop.test/"
    return-object v0
.end method
