.class public Ltest/shop/Pages;
.super Landroid/app/Activity;

# A page of a code host in the app itself
.method help(Landroid/webkit/WebView;)V
    .registers 3
    const-string v0, "https://rel.shop.test/v1/"
    invoke-virtual {p1, v0}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    return-void
.end method

# Only the place that relative links of a text begin at
.method text(Landroid/webkit/WebView;Ljava/lang/String;)V
    .registers 9
    const-string v1, "https://txt.shop.test/v1/"
    move-object v2, p2
    const/4 v3, 0x0
    const/4 v4, 0x0
    const/4 v5, 0x0
    move-object v0, p1
    invoke-virtual/range {v0 .. v5}, Landroid/webkit/WebView;->loadDataWithBaseURL(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method
