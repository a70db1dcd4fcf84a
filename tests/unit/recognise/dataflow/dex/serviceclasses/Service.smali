.class public Ltest/shop/Service;
.super Ljava/lang/Object;

.field private endPoint:Ljava/lang/String;

.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public setEndPoint(Ljava/lang/String;)V
    .registers 2
    iput-object p1, p0, Ltest/shop/Service;->endPoint:Ljava/lang/String;
    return-void
.end method

.method public getEndPoint()Ljava/lang/String;
    .registers 2
    iget-object v0, p0, Ltest/shop/Service;->endPoint:Ljava/lang/String;
    return-object v0
.end method

.method public any()V
    .registers 4
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    invoke-virtual {p0}, Ltest/shop/Service;->getEndPoint()Ljava/lang/String;
    move-result-object v2
    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v2, "/v1/any"
    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
