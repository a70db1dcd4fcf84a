# A reader of JSON gets it from a generic type
.class public Ltest/shop/app/Typed;
.super Ljava/lang/Object;
.implements Ltest/shop/app/Step;

.method public run()V
    .registers 2
    const-string v0, "https://typed.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
