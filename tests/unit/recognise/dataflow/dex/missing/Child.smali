.class public Ltest/lib/Child;
.super Ltest/lib/Made;

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Ltest/lib/Made;-><init>()V
    return-void
.end method

.method public request()V
    .registers 3
    const-string v0, "https://child.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
