# Makes an object of it; nothing reads this value
.class public Ltest/shop/OwnUser;
.super Ljava/lang/Object;
.method public static make()Ltest/shop/Own;
    .locals 11
    const-string v0, "title.titles.test"
    new-instance v1, Ltest/shop/Own;
    invoke-direct {v1, v0}, Ltest/shop/Own;-><init>(Ljava/lang/String;)V
    return-object v1
.end method
