# A reader of JSON fills a field with it
.class public Ltest/shop/app/Fielded;
.super Ljava/lang/Object;
.implements Ltest/shop/app/Step;

.method public run()V
    .registers 2
    const-string v0, "https://fielded.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
