# Shows the card.
.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    const/4 v0, 0x0
    invoke-static {v0}, Ltest/shop/app/ScreenKt;->Card(Landroidx/compose/runtime/Composer;)V
    return-void
.end method
