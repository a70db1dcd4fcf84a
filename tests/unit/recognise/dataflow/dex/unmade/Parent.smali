.class public Ltest/shop/app/Parent;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;

.method public run()V
    .registers 3
    const-string v0, "https://parent.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
