.class public final Ltest/shop/app/OtherInfo;
.super Ltest/shop/app/ShopAppInfo;

.method public getUrl()Ljava/lang/String;
    .registers 2
    const-string v0, "https://both.shop.test/"
    return-object v0
.end method
