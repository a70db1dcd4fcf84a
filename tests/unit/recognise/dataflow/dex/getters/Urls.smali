.class public Lcom/facebook/shop/Urls;
.super Ljava/lang/Object;

.method static get()Ljava/lang/String;
    .registers 4
    const/4 v0, 0x1
    new-array v1, v0, [Ljava/lang/Object;
    invoke-static {}, Lcom/facebook/shop/Domain;->get()Ljava/lang/String;
    move-result-object v0
    const/4 v2, 0x0
    aput-object v0, v1, v2
    const-string v0, "https://get.%s/a"
    invoke-static {v0, v1}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method static getTwo()Ljava/lang/String;
    .registers 4
    const/4 v0, 0x1
    new-array v1, v0, [Ljava/lang/Object;
    invoke-static {}, Lcom/facebook/shop/Domain;->getTwo()Ljava/lang/String;
    move-result-object v0
    const/4 v2, 0x0
    aput-object v0, v1, v2
    const-string v0, "https://gettwo.%s/a"
    invoke-static {v0, v1}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method static getInitial()Ljava/lang/String;
    .registers 4
    const/4 v0, 0x1
    new-array v1, v0, [Ljava/lang/Object;
    invoke-static {}, Lcom/facebook/shop/Domain;->getInitial()Ljava/lang/String;
    move-result-object v0
    const/4 v2, 0x0
    aput-object v0, v1, v2
    const-string v0, "https://getinitial.%s/a"
    invoke-static {v0, v1}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method static own()Ljava/lang/String;
    .registers 4
    const/4 v0, 0x1
    new-array v1, v0, [Ljava/lang/Object;
    invoke-static {}, Lcom/facebook/shop/Domain;->own()Ljava/lang/String;
    move-result-object v0
    const/4 v2, 0x0
    aput-object v0, v1, v2
    const-string v0, "https://own.%s/a"
    invoke-static {v0, v1}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method static longer()Ljava/lang/String;
    .registers 4
    const/4 v0, 0x1
    new-array v1, v0, [Ljava/lang/Object;
    invoke-static {v0}, Lcom/facebook/shop/Domain;->longer(I)Ljava/lang/String;
    move-result-object v0
    const/4 v2, 0x0
    aput-object v0, v1, v2
    const-string v0, "https://longer.%s/a"
    invoke-static {v0, v1}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
