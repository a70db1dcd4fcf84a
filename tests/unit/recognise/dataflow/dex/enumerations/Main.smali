.class public Ltest/shop/Main;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    const-string v0, "env"
    invoke-static {v0}, Ltest/shop/Server;->ask(Ljava/lang/String;)V
    return-void
.end method
