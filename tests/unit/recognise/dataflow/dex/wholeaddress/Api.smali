# A method that completes paths also gets a whole address: isNetworkUrl(url) ? url : BASE + url
.class public Lshop/Api;
.super Ljava/lang/Object;

.method private static get(Ljava/lang/String;Ljava/lang/String;)V
    .registers 4

    invoke-static {p1}, Landroid/webkit/URLUtil;->isNetworkUrl(Ljava/lang/String;)Z
    move-result v0
    if-nez v0, :whole
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    invoke-virtual {v0, p0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0, p1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object p1
    :whole
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method

.method public static load()V
    .registers 2
    const-string v0, "https://api.shop.test/v2/"
    const-string v1, "orders"
    invoke-static {v0, v1}, Lshop/Api;->get(Ljava/lang/String;Ljava/lang/String;)V
    const-string v1, "https://ads.shop.test/offers"
    invoke-static {v0, v1}, Lshop/Api;->get(Ljava/lang/String;Ljava/lang/String;)V
    const-string v0, "https://proxy.relay.test/fetch/"
    invoke-static {v0, v1}, Lshop/Api;->get(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method
