.class public Ltest/shop/app/Failure;
.super Ljava/io/IOException;

.field public static twitter:Ltwitter4j/Twitter;

.method public getMessage()Ljava/lang/String;
    .registers 2
    const-string v0, "See https://help.shop.test/ for help"
    return-object v0
.end method

.method public address()Ljava/lang/String;
    .registers 2
    const-string v0, "https://address.shop.test/"
    return-object v0
.end method
