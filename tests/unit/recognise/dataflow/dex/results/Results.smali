.class public Ltest/shop/Results;
.super Ljava/lang/Object;
.implements Landroid/view/View$OnClickListener;

# Methods that return an address; the last part of each host names the case.
.method static help()Ljava/lang/String;
    .registers 1
    const-string v0, "https://help.shop.test/"
    return-object v0
.end method

.method static server()Ljava/lang/String;
    .registers 1
    const-string v0, "https://server.shop.test/"
    return-object v0
.end method

# No code of the app calls it
.method static uncalled()Ljava/lang/String;
    .registers 1
    const-string v0, "https://uncalled.shop.test/"
    return-object v0
.end method

.method page()Ljava/lang/String;
    .registers 2
    const-string v0, "https://page.shop.test/"
    return-object v0
.end method

# A page of the app can call it too
.method script()Ljava/lang/String;
    .registers 2
    .annotation runtime Landroid/webkit/JavascriptInterface;
    .end annotation
    const-string v0, "https://script.shop.test/"
    return-object v0
.end method

# The platform can call it too
.method public toString()Ljava/lang/String;
    .registers 2
    const-string v0, "https://object.shop.test/"
    return-object v0
.end method

# The result of the result
.method static twice(J)Ljava/lang/String;
    .registers 4
    const-string v0, "https://twice.shop.test/"
    return-object v0
.end method

.method static again()Ljava/lang/String;
    .registers 3
    const-wide/16 v0, 0x1
    invoke-static {v0, v1}, Ltest/shop/Results;->twice(J)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

# Methods that return each other's result
.method static ring()Ljava/lang/String;
    .registers 2
    const-string v0, "https://ring.shop.test/"
    if-eqz v0, :other
    return-object v0
    :other
    invoke-static {}, Ltest/shop/Results;->back()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method static back()Ljava/lang/String;
    .registers 2
    invoke-static {}, Ltest/shop/Results;->ring()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public onClick(Landroid/view/View;)V
    .registers 5
    invoke-static {}, Ltest/shop/Results;->help()Ljava/lang/String;
    move-result-object v0
    const-string v1, "shop"
    invoke-static {v1, v0}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    invoke-virtual {p0}, Ltest/shop/Results;->page()Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    invoke-virtual {p0}, Ltest/shop/Results;->script()Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    invoke-virtual {p0}, Ltest/shop/Results;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    invoke-static {}, Ltest/shop/Results;->again()Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    invoke-static {}, Ltest/shop/Results;->back()Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    invoke-static {}, Ltest/shop/Results;->server()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
