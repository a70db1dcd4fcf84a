.class public Ltest/shop/ShowB;
.super Ljava/lang/Object;
.implements Ltest/shop/Shows;
.implements Ltest/shop/Sends;
.implements Ltest/shop/Defaults;

.method public show(Ljava/lang/String;)V
    .registers 4
    const-string v0, "shop"
    invoke-static {v0, p1}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method public send(Ljava/lang/String;)V
    .registers 4
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
