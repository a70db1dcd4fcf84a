# A text of the package has the name of the class
.class public Ltest/shop/app/Service;
.super Ljava/lang/Object;
.implements Ltest/shop/app/Step;

.method public run()V
    .registers 2
    const-string v0, "https://service.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
