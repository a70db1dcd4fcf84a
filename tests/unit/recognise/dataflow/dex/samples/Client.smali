.class public Lorg/maps/client/Client;
.super Ljava/lang/Object;

.method public static get(Ljava/lang/String;)V
    .registers 2
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method

.method public static both()V
    .registers 1
    const-string v0, "https://both.maps.test/"
    invoke-static {v0}, Lorg/maps/client/Client;->get(Ljava/lang/String;)V
    invoke-static {}, Lorg/maps/client/samples/Used;->ask()V
    return-void
.end method
