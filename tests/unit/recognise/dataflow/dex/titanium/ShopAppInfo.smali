.class public Ltest/shop/app/ShopAppInfo;
.super Ljava/lang/Object;
.implements Lorg/appcelerator/titanium/ITiAppInfo;

.method public getUrl()Ljava/lang/String;
    .registers 2
    const-string v0, "https://described.shop.test/"
    return-object v0
.end method

.method public getServer()Ljava/lang/String;
    .registers 2
    const-string v0, "https://server.shop.test/"
    return-object v0
.end method

.method public getBoth()Ljava/lang/String;
    .registers 2
    const-string v0, "https://both.shop.test/"
    return-object v0
.end method
