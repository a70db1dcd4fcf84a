.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method

.method public onCreate(Landroid/os/Bundle;)V
    .registers 4
    invoke-static {p0}, Lother/sdk/Sdk;->create(Landroid/content/Context;)Lother/sdk/Sdk;
    move-result-object v0
    invoke-virtual {v0}, Lother/sdk/Sdk;->login()V
    return-void
.end method
