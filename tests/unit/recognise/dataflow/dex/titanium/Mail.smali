# A class with a method of the same name, which describes no app
.class public final Ltest/shop/app/Mail;
.super Ljava/lang/Object;

.method public getUrl()Ljava/lang/String;
    .registers 2
    const-string v0, "https://other.shop.test/"
    return-object v0
.end method
