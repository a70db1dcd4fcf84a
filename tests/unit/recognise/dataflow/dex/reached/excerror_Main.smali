.class public Ltest/excerror/app/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    const-string v0, "https://excerror.shop.test/"
    new-instance v1, Ltest/excerror/app/ReportError;
    invoke-direct {v1, v0}, Ltest/excerror/app/ReportError;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ltest/excerror/app/ReportError;->run()V
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
