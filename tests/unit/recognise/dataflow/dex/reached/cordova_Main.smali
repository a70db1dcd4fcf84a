.class public Ltest/cordova/app/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    new-instance v0, Ltest/cordova/app/Pay;
    invoke-direct {v0}, Ltest/cordova/app/Pay;-><init>()V
    const-string v1, "x"
    invoke-virtual {v0, v1}, Llib/cordova/CordovaPlugin;->execute(Ljava/lang/String;)Z
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
