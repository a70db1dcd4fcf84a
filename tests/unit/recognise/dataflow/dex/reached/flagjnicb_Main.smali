.class public Ltest/flagjnicb/app/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    new-instance v0, Llib/flagjnicb/State;
    invoke-direct {v0}, Llib/flagjnicb/State;-><init>()V
    invoke-static {v0}, Llib/flagjnicb/Native;->begin(Llib/flagjnicb/State;)V
    invoke-virtual {v0}, Llib/flagjnicb/State;->go()V
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
