.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.field private page:Ljava/lang/String;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 5
    new-instance v0, Ljava/util/HashMap;
    invoke-direct {v0}, Ljava/util/HashMap;-><init>()V
    const-string v1, "X-Twitter-Client-URL"
    const-string v2, "https://client.shop.test/"
    invoke-interface {v0, v1, v2}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    const-string v1, "https://page.shop.test/"
    invoke-virtual {p0, v1}, Ltest/shop/app/Main;->refererUrl(Ljava/lang/String;)V
    const-string v1, "https://target.shop.test/"
    invoke-virtual {p0, v1}, Ltest/shop/app/Main;->targetUrl(Ljava/lang/String;)V
    const-string v1, "https://back.shop.test/"
    sget-object v2, Ltest/shop/app/Failure;->twitter:Ltwitter4j/Twitter;
    invoke-interface {v2, v1}, Ltwitter4j/Twitter;->getOAuthRequestToken(Ljava/lang/String;)Ltwitter4j/auth/RequestToken;
    return-void
.end method

.method public order(Ljava/lang/String;)V
    .registers 5
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v1, "https://gate.shop.test/"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "\"&notify_url=\""
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0, p1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "https://notify.shop.test/"
    invoke-static {v1}, Ljava/net/URLEncoder;->encode(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "\"&return_url=\""
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "https://paid.shop.test/"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "\"&server=\""
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "https://next.shop.test/"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lother/lib/Loader;->load(Ljava/lang/String;)V
    return-void
.end method

.method public refererUrl(Ljava/lang/String;)V
    .registers 2
    iput-object p1, p0, Ltest/shop/app/Main;->page:Ljava/lang/String;
    return-void
.end method

.method public targetUrl(Ljava/lang/String;)V
    .registers 2
    iput-object p1, p0, Ltest/shop/app/Main;->page:Ljava/lang/String;
    return-void
.end method

.method public open()V
    .registers 3
    iget-object v0, p0, Ltest/shop/app/Main;->page:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Loader;->load(Ljava/lang/String;)V
    return-void
.end method
