.class public Ltest/switcheq/app/Main;
.super Landroid/app/Activity;
.method public server()Ljava/lang/String;
    .locals 11
    invoke-virtual {p0}, Ltest/switcheq/app/Main;->getIntent()Landroid/content/Intent;
    move-result-object v0
    const-string v1, "u"
    invoke-virtual {v0, v1}, Landroid/content/Intent;->getStringExtra(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v2, "https://switcheq.shop.test/v1"
    invoke-virtual {v2, v0}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v3
    if-eqz v3, :no
    return-object v0
    :no
    const v1, 0
    return-object v1
.end method
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    invoke-virtual {p0}, Ltest/switcheq/app/Main;->server()Ljava/lang/String;
    move-result-object v0
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
