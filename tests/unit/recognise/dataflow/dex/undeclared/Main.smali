.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 4
    const-string v0, "https://main.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    const-class v0, Lother/scan/Search;
    invoke-virtual {p0, v0}, Ltest/shop/app/Main;->open(Ljava/lang/Class;)V
    new-instance v1, Lother/scan/Made;
    invoke-direct {v1}, Lother/scan/Made;-><init>()V
    new-instance v1, Lother/scan/Shared;
    invoke-direct {v1}, Lother/scan/Shared;-><init>()V
    new-instance v1, Lother/scan/Network;
    invoke-direct {v1}, Lother/scan/Network;-><init>()V
    new-instance v1, Ltest/shop/app/Click;
    invoke-direct {v1}, Ltest/shop/app/Click;-><init>()V
    invoke-static {}, Lother/scan/Sender;->send()V
    invoke-static {}, Lother/scan/Given;->register()V
    return-void
.end method

.method public open(Ljava/lang/Class;)V
    .registers 3
    return-void
.end method
