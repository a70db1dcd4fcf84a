.class public Ltest/lib/Made;
.super Ljava/lang/Object;

.field private url:Ljava/lang/String;

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "https://field.shop.test/"
    iput-object v0, p0, Ltest/lib/Made;->url:Ljava/lang/String;
    new-instance v1, Lorg/maps/Point;
    invoke-direct {v1}, Lorg/maps/Point;-><init>()V
    return-void
.end method

.method public request()V
    .registers 3
    const-string v0, "https://object.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public open()V
    .registers 3
    iget-object v0, p0, Ltest/lib/Made;->url:Ljava/lang/String;
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
