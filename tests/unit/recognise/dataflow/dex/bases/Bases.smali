.class public Ltest/shop/Bases;
.super Ljava/lang/Object;

.method public static same()V
    .registers 3
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://api.shop.test/"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const-string v1, "https://api.shop.test/v1/users"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static below()V
    .registers 3
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://beta.api.shop.test/"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const-string v1, "https://api.shop.test/v1/users"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static proxy()V
    .registers 3
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://proxy.pass.test/"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const-string v1, "https://api.shop.test/v1/users"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static callers()V
    .registers 1
    const-string v0, "https://files.stay.test/v1/list"
    invoke-static {v0}, Ltest/shop/Bases;->either(Ljava/lang/String;)V
    const-string v0, "orders/new"
    invoke-static {v0}, Ltest/shop/Bases;->either(Ljava/lang/String;)V
    return-void
.end method

.method private static either(Ljava/lang/String;)V
    .registers 4
    const-string v0, "http"
    invoke-virtual {p0, v0}, Ljava/lang/String;->startsWith(Ljava/lang/String;)Z
    move-result v0
    if-nez v0, :whole
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://base.main.test/"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0, p0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object p0
    :whole
    new-instance v0, Lorg/apache/http/client/methods/HttpGet;
    invoke-direct {v0, p0}, Lorg/apache/http/client/methods/HttpGet;-><init>(Ljava/lang/String;)V
    return-void
.end method
