.class public Ltest/bridgeany/app/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    new-instance v0, Ltest/bridgeany/app/Pay;
    invoke-direct {v0}, Ltest/bridgeany/app/Pay;-><init>()V
    invoke-virtual {p0}, Landroid/app/Activity;->getTitle()Ljava/lang/CharSequence;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-static {v0, v1}, Ltest/bridgeany/app/Bridge;->call(Ljava/lang/Object;Ljava/lang/String;)V
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
