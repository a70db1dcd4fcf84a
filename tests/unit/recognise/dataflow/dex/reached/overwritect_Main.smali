.class public Ltest/overwritect/app/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    const-string v0, "https://next.example.test/"
    new-instance v1, Ltest/overwritect/app/Api;
    invoke-direct {v1, v0}, Ltest/overwritect/app/Api;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ltest/overwritect/app/Api;->go()V
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
