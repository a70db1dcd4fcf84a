# Addresses that a call makes of a constant host, and that nothing uses
.class public Ltest/shop/Schemes;
.super Landroid/app/Activity;

# It only sees whether the scheme is known: the address is dropped
.method public onCreate(Landroid/os/Bundle;)V
    .registers 6
    new-instance v0, Ljava/net/URL;
    const-string v1, "ftp"
    const-string v2, "dropped.shop.test"
    const-string v3, "/"
    invoke-direct {v0, v1, v2, v3}, Ljava/net/URL;-><init>(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    new-instance v0, Ljava/net/URL;
    const-string v1, "https"
    const-string v2, "parsed.shop.test"
    invoke-direct {v0, v1, v2, v3}, Ljava/net/URL;-><init>(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->getPath()Ljava/lang/String;
    invoke-virtual {p0}, Ltest/shop/Schemes;->load()V
    return-void
.end method

# These are used
.method public load()V
    .registers 5
    new-instance v0, Ljava/net/URL;
    const-string v1, "https"
    const-string v2, "opened.shop.test"
    const-string v3, "/v1"
    invoke-direct {v0, v1, v2, v3}, Ljava/net/URL;-><init>(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    new-instance v0, Ljava/net/URL;
    const-string v2, "kept.shop.test"
    invoke-direct {v0, v1, v2, v3}, Ljava/net/URL;-><init>(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    invoke-static {v0}, Lorg/lib/Client;->get(Ljava/net/URL;)V
    # The host of a dropped address that another call connects to
    new-instance v0, Ljava/net/URL;
    const-string v2, "twice.shop.test"
    invoke-direct {v0, v1, v2, v3}, Ljava/net/URL;-><init>(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    invoke-static {v2}, Lorg/lib/Client;->connect(Ljava/lang/String;)V
    return-void
.end method
