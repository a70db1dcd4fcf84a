.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;
.annotation runtime Lother/lib/Screens;
    value = Ltest/shop/app/Noted;
.end annotation

.field public static final FIRST:Ljava/lang/Class; = Ltest/shop/app/Valued;

.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    const-string v0, "https://begun.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public onCreate(Landroid/os/Bundle;)V
    .registers 4
    const-string v0, "https://main.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    new-instance v0, Landroid/content/Intent;
    const-class v1, Ltest/shop/app/Started;
    invoke-direct {v0, p0, v1}, Landroid/content/Intent;-><init>(Landroid/content/Context;Ljava/lang/Class;)V
    const-string v0, "test.shop.app/.ByPart"
    invoke-static {v0}, Lother/lib/Client;->open(Ljava/lang/String;)V
    const-string v0, "test.shop.app.ByName"
    invoke-static {v0}, Lother/lib/Client;->open(Ljava/lang/String;)V
    const-string v0, "Simple"
    invoke-static {v0}, Lother/lib/Client;->open(Ljava/lang/String;)V
    invoke-static {}, Ltest/shop/app/Shared;->help()V
    return-void
.end method
