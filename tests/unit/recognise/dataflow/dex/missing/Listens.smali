.class public Ltest/lib/Listens;
.super Ljava/lang/Object;
.implements Lorg/maps/Listener;

.method static constructor <clinit>()V
    .registers 2
    const-string v0, "https://notbegun.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public request()V
    .registers 3
    const-string v0, "https://interface.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
