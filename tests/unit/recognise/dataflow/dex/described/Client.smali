.class public Ltest/shop/Client;
.super Ljava/lang/Object;

.method public static send(Ltest/shop/Settings;)V
    .registers 3
    invoke-interface {p0}, Ltest/shop/Settings;->rest()Ljava/lang/String;
    move-result-object v1
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
