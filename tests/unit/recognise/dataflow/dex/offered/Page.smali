.class public Ltest/shop/Page;
.super Ljava/lang/Object;

.field private kept:Ltest/shop/Kept;

# Three objects: a new one, that of a field, and this page
.method public show(Landroid/webkit/WebView;)V
    .registers 5
    new-instance v0, Ltest/shop/Created;
    invoke-direct {v0}, Ltest/shop/Created;-><init>()V
    const-string v1, "made"
    invoke-virtual {p1, v0, v1}, Landroid/webkit/WebView;->addJavascriptInterface(Ljava/lang/Object;Ljava/lang/String;)V
    iget-object v0, p0, Ltest/shop/Page;->kept:Ltest/shop/Kept;
    invoke-virtual {p1, v0, v1}, Landroid/webkit/WebView;->addJavascriptInterface(Ljava/lang/Object;Ljava/lang/String;)V
    invoke-virtual {p1, p0, v1}, Landroid/webkit/WebView;->addJavascriptInterface(Ljava/lang/Object;Ljava/lang/String;)V
    return-void
.end method

.method public ownAddress()Ljava/lang/String;
    .registers 2
    const-string v0, "https://own.shop.test/"
    return-object v0
.end method
