.class Ltest/ownspan/app/Inside;
.super Landroid/text/style/URLSpan;
.method constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0, p1}, Landroid/text/style/URLSpan;-><init>(Ljava/lang/String;)V
    return-void
.end method
.method public onClick(Landroid/view/View;)V
    .registers 3
    new-instance v0, Landroid/webkit/WebView;
    invoke-virtual {p1}, Landroid/view/View;->getContext()Landroid/content/Context;
    move-result-object p1
    invoke-direct {v0, p1}, Landroid/webkit/WebView;-><init>(Landroid/content/Context;)V
    invoke-virtual {p0}, Ltest/ownspan/app/Inside;->getURL()Ljava/lang/String;
    move-result-object p1
    invoke-virtual {v0, p1}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    return-void
.end method
