.class public Lcom/reader/Page;
.super Landroid/app/Activity;

.method public open(Landroid/text/style/URLSpan;Landroid/webkit/WebView;)V
    .registers 4
    invoke-virtual {p1}, Landroid/text/style/URLSpan;->getURL()Ljava/lang/String;
    move-result-object v0
    invoke-virtual {p2, v0}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    return-void
.end method
