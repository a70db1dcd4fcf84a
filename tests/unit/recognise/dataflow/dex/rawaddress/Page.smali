.class public Lcom/reader/Page;
.super Landroid/app/Activity;

.method public open(Landroid/webkit/WebView;)V
    .registers 3
    const-string v0, "file:///android_res/raw/old.json"
    invoke-virtual {p1, v0}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    return-void
.end method
