.class public Ltest/lib/Below;
.super Lorg/maps/View;

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Lorg/maps/View;-><init>()V
    return-void
.end method

.method public request()V
    .registers 3
    const-string v0, "https://superclass.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
