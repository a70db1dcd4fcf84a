.class public final Ltest/shop/Public;
.super Ltest/shop/Base;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ltest/shop/Base;-><init>()V
    return-void
.end method

.method public bridge synthetic stream()Ljava/lang/String;
    .registers 2
    invoke-super {p0}, Ltest/shop/Base;->stream()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public bridge synthetic rest()Ljava/lang/String;
    .registers 2
    invoke-super {p0}, Ltest/shop/Base;->rest()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
