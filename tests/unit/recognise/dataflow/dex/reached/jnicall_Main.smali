.class public Ltest/jnicall/app/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    new-instance v0, Ltest/jnicall/app/Mine;
    invoke-direct {v0}, Ltest/jnicall/app/Mine;-><init>()V
    new-instance v1, Llib/jnicall/Player;
    invoke-direct {v1}, Llib/jnicall/Player;-><init>()V
    invoke-virtual {v1, v0}, Llib/jnicall/Player;->start(Llib/jnicall/Callback;)V
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
