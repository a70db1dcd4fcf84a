.class public Ltest/shop/app/Again;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;

.method public run()V
    .registers 3
    const-string v0, "https://again.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    new-instance v0, Ltest/shop/app/Again;
    return-void
.end method
