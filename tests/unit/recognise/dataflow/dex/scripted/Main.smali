.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.method public onStart()V
    .registers 4
    new-instance v0, Lbsh/Interpreter;
    new-instance v1, Ltest/shop/app/Api;
    const-string v2, "api"
    invoke-virtual {v0, v2, v1}, Lbsh/Interpreter;->set(Ljava/lang/String;Ljava/lang/Object;)V
    return-void
.end method
