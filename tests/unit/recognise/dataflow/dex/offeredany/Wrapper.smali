.class public Ltest/shop/Wrapper;
.super Ljava/lang/Object;

# Which object this is, no code of the app tells
.method public static offer(Landroid/webkit/WebView;Ljava/lang/Object;)V
    .registers 3
    const-string v0, "any"
    invoke-virtual {p0, p1, v0}, Landroid/webkit/WebView;->addJavascriptInterface(Ljava/lang/Object;Ljava/lang/String;)V
    return-void
.end method
