# Finds methods and classes by names that it puts together, or that an animation gets.
.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 5
    new-instance v0, Ltest/shop/app/Level;
    invoke-direct {v0}, Ltest/shop/app/Level;-><init>()V
    const-string v1, "level"
    const/4 v2, 0x0
    invoke-static {v0, v1, v2}, Landroid/animation/ObjectAnimator;->ofInt(Ljava/lang/Object;Ljava/lang/String;[I)Landroid/animation/ObjectAnimator;
    new-instance v0, Ltest/shop/app/Depth;
    invoke-direct {v0}, Ltest/shop/app/Depth;-><init>()V
    new-instance v0, Ltest/shop/app/Saved;
    invoke-direct {v0}, Ltest/shop/app/Saved;-><init>()V
    new-instance v0, Ltest/shop/app/Unsaved;
    invoke-direct {v0}, Ltest/shop/app/Unsaved;-><init>()V
    invoke-virtual {p0}, Ltest/shop/app/Main;->find()V
    return-void
.end method

.method public find()V
    .registers 3
    invoke-virtual {p0}, Landroid/app/Activity;->getLocalClassName()Ljava/lang/String;
    move-result-object v0
    const-string v1, "_Impl"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;
    const-string v1, "test.shop.app."
    invoke-virtual {v1, v0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;
    return-void
.end method
