.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.method public onStart()V
    .registers 4
    new-instance v0, Lbsh/Interpreter;
    new-instance v1, Ltest/shop/app/Api;
    const-string v2, "api"
    return-void
.end method
