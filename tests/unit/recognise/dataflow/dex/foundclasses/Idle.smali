# Nothing makes an object of it
.class public Ltest/shop/app/Idle;
.super Ljava/lang/Object;
.implements Ltest/shop/app/Step;

.method public run()V
    .registers 2
    const-string v0, "https://idle.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
