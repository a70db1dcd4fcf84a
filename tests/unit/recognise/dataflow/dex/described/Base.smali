.class Ltest/shop/Base;
.super Ljava/lang/Object;
.implements Ltest/shop/Settings;

.field private stream:Ljava/lang/String;
.field private rest:Ljava/lang/String;

.method constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "https://stream.shop.test/"
    iput-object v0, p0, Ltest/shop/Base;->stream:Ljava/lang/String;
    const-string v0, "https://rest.shop.test/"
    iput-object v0, p0, Ltest/shop/Base;->rest:Ljava/lang/String;
    return-void
.end method

.method public stream()Ljava/lang/String;
    .registers 2
    iget-object v0, p0, Ltest/shop/Base;->stream:Ljava/lang/String;
    return-object v0
.end method

.method public rest()Ljava/lang/String;
    .registers 2
    iget-object v0, p0, Ltest/shop/Base;->rest:Ljava/lang/String;
    return-object v0
.end method

.method public toString()Ljava/lang/String;
    .registers 3
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v1, "Base{stream='"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    iget-object v1, p0, Ltest/shop/Base;->stream:Ljava/lang/String;
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
