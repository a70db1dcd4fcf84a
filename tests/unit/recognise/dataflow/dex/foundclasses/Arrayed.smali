# A reader of JSON gets the class of its arrays
.class public Ltest/shop/app/Arrayed;
.super Ljava/lang/Object;
.implements Ltest/shop/app/Step;

.method public run()V
    .registers 2
    const-string v0, "https://arrayed.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
