.class public Ltest/shop/Below;
.super Ltest/shop/Kept;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ltest/shop/Kept;-><init>()V
    return-void
.end method

.method public shop()Ljava/lang/String;
    .registers 2
    const-string v0, "https://below.shop.test/"
    return-object v0
.end method
