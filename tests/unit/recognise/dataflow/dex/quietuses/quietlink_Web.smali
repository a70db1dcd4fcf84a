.class public Ltest/quietlink/app/Web;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    invoke-virtual {p0}, Ltest/quietlink/app/Web;->getIntent()Landroid/content/Intent;
    move-result-object v0
    invoke-virtual {v0}, Landroid/content/Intent;->getDataString()Ljava/lang/String;
    move-result-object v0
    const-string v1, "page"
    invoke-virtual {v0, v1}, Ljava/lang/String;->endsWith(Ljava/lang/String;)Z
    move-result v1
    const-string v2, "https://other.example.test/"
    new-instance v4, Landroid/webkit/WebView;
    invoke-direct {v4, p0}, Landroid/webkit/WebView;-><init>(Landroid/content/Context;)V
    invoke-virtual {v4, v2}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
