# Only scripts call its method
.class public Ltest/shop/app/Api;
.super Ljava/lang/Object;

.method public search()V
    .registers 2
    const-string v0, "https://search.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
