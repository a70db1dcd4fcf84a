.class public Ltest/lib/Gone;
.super Ljava/lang/Object;

.method public static created()V
    .registers 4
    new-instance v1, Lorg/maps/Point;
    invoke-direct {v1}, Lorg/maps/Point;-><init>()V
    const-string v0, "https://created.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static called()V
    .registers 4
    const-string v0, "https://called.shop.test/"
    invoke-static {}, Lorg/maps/Point;->origin()V
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static handed()V
    .registers 4
    const-string v0, "https://handed.shop.test/"
    invoke-static {v0}, Lorg/maps/Server;->connect(Ljava/lang/String;)V
    return-void
.end method

.method public static read()V
    .registers 4
    sget-object v1, Lorg/maps/Kind;->STREET:Lorg/maps/Kind;
    invoke-virtual {v1}, Lorg/maps/Kind;->name()Ljava/lang/String;
    const-string v0, "https://read.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static tried()V
    .registers 4
    :try_start
    invoke-static {}, Lorg/maps/Point;->origin()V
    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :caught
    return-void
    :caught
    move-exception v1
    const-string v0, "https://tried.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static behind()V
    .registers 4
    invoke-static {}, Ltest/lib/Gone;->always()V
    const-string v0, "https://behind.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static always()V
    .registers 4
    invoke-static {}, Lorg/maps/Point;->origin()V
    return-void
.end method

.method public static everyway()V
    .registers 4
    sget v1, Landroid/os/Build$VERSION;->SDK_INT:I
    if-eqz v1, :old
    invoke-static {}, Lorg/maps/Point;->origin()V
    goto :end
    :old
    new-instance v1, Lorg/maps/Point;
    invoke-direct {v1}, Lorg/maps/Point;-><init>()V
    :end
    const-string v0, "https://everyway.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
