# Subs of an app in Basic: its runtime puts their names together.
.class public Ltest/shop/Main;
.super Ljava/lang/Object;

.method public static _activity_create(Z)Ljava/lang/String;
    .registers 2
    const-string v0, "https://sub.shop.test/"
    return-object v0
.end method

.method public static activity(Z)Ljava/lang/String;
    .registers 2
    const-string v0, "https://nosub.shop.test/"
    return-object v0
.end method
