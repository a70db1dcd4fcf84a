# A page of the assets by a name that only a run knows.
.class public Ltest/pagefolder/app/Main;
.super Ljava/lang/Object;

.method public static open(Landroid/webkit/WebView;Ljava/lang/String;)V
    .locals 1
    const-string v0, "file:///android_asset/www/"
    invoke-virtual {v0, p1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-virtual {p0, v0}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    return-void
.end method
