.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    const-string v0, "https://main.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    new-instance v0, Ltest/shop/app/Started;
    const-class v0, Ltest/shop/app/Next;
    const-string v0, "test.shop.app.ByName"
    new-instance v0, Ltest/shop/app/Child;
    new-instance v0, Ltest/shop/app/Plug;
    new-instance v0, Ltest/shop/app/UsedListener;
    return-void
.end method
