# Only has the name of a class in a text.
.class public Ltest/shop/app/Other;
.super Ljava/lang/Object;

.method public static name()Ljava/lang/String;
    .registers 1
    const-string v0, "test.shop.app.Quoted"
    return-object v0
.end method
