.class public Ltest/quieterror/app/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    const-string v0, "https://quieterror.shop.test/"
    new-instance v1, Ltest/quieterror/app/QuietException;
    invoke-direct {v1, v0}, Ltest/quieterror/app/QuietException;-><init>(Ljava/lang/String;)V
    throw v1
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
