.class public Ltest/shop/Base;
.super Ljava/lang/Object;

# Called by the name of an interface of a class below
.method public site()Ljava/lang/String;
    .registers 2
    const-string v0, "https://site.shop.test/"
    return-object v0
.end method

.method static visit(Ltest/shop/Sited;Ltest/shop/Base;)V
    .registers 4
    invoke-virtual {p1}, Ltest/shop/Base;->site()Ljava/lang/String;
    move-result-object v0
    const-string v1, "shop"
    invoke-static {v1, v0}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    invoke-interface {p0}, Ltest/shop/Sited;->site()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
