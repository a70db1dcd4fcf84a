# What the system calls
.class public Ltest/shop/Screen;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    invoke-static {}, Ltest/shop/Build;->test()V
    const-string v0, "environment"
    invoke-virtual {p1, v0}, Landroid/os/Bundle;->getString(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Build;->ask(Ljava/lang/String;)V
    return-void
.end method
