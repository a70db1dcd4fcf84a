.class public Ltest/quietopen/app/Web;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    invoke-virtual {p0}, Ltest/quietopen/app/Web;->getIntent()Landroid/content/Intent;
    move-result-object v0
    invoke-virtual {v0}, Landroid/content/Intent;->getData()Landroid/net/Uri;
    move-result-object v0
    invoke-static {v0}, Llib/quietopen/Router;->go(Landroid/net/Uri;)V
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
