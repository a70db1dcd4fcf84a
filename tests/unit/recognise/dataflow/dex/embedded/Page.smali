# Scripts and pages as constants
.class public Ltest/shop/Page;
.super Landroid/app/Activity;

.method public onResume()V
    .registers 8
    new-instance v0, Landroid/webkit/WebView;
    invoke-direct {v0, p0}, Landroid/webkit/WebView;-><init>(Landroid/content/Context;)V
    const-string v1, "javascript:var u='https://link.shop.test/a';var x=new XMLHttpRequest();x.open('GET',u);x.send()"
    invoke-virtual {v0, v1}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    const-string v1, "<html><!-- the shop --><head><script src='https://lib.shop.test/x.js'></script></head><body onload=\"start()\"><script>var h='api.shop.test';function start(){fetch('https://'+h+'/v1/items')}</script><p>Please read the terms of the shop before you order, and see https://terms.shop.test/ for more.</p></body></html>"
    const-string v2, "text/html"
    const-string v3, "utf-8"
    invoke-virtual {v0, v1, v2, v3}, Landroid/webkit/WebView;->loadData(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    const-string v1, "(function(){/* load the cart */fetch('https://eval.shop.test/v1').then(function(r){show(r)})})()"
    const/4 v2, 0x0
    invoke-virtual {v0, v1, v2}, Landroid/webkit/WebView;->evaluateJavascript(Ljava/lang/String;Landroid/webkit/ValueCallback;)V
    const-string v1, "<html><script>// see https://doc.shop.test/help for the rules of the shop\nvar a = 1;</script></html>"
    const-string v2, "text/html"
    invoke-virtual {v0, v1, v2, v3}, Landroid/webkit/WebView;->loadData(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method
