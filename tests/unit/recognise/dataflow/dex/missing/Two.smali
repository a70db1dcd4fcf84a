.class public Ltest/lib/Two;
.super Ljava/lang/Object;

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    new-instance v1, Lorg/maps/Point;
    invoke-direct {v1}, Lorg/maps/Point;-><init>()V
    return-void
.end method

.method public constructor <init>(I)V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public request()V
    .registers 3
    const-string v0, "https://second.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
