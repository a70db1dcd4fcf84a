# The app shows links in its own web view
.class public Ltest/shop/PageHandler;
.super Ljava/lang/Object;
.implements Landroidx/compose/ui/platform/UriHandler;

.field private view:Landroid/webkit/WebView;

.method public openUri(Ljava/lang/String;)V
    .registers 3
    iget-object v0, p0, Ltest/shop/PageHandler;->view:Landroid/webkit/WebView;
    invoke-virtual {v0, p1}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    return-void
.end method
