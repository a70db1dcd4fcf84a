# A library gets an object, and finds the method by its name
.class public Ltest/shop/app/Pushed;
.super Ljava/lang/Object;

.method public onPush()V
    .registers 2
    const-string v0, "https://pushed.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
