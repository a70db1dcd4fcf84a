.class public Ltest/lib/Starts;
.super Ljava/lang/Object;

.method static constructor <clinit>()V
    .registers 2
    new-instance v0, Lorg/maps/Point;
    invoke-direct {v0}, Lorg/maps/Point;-><init>()V
    return-void
.end method

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public request()V
    .registers 3
    const-string v0, "https://initialiser.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
