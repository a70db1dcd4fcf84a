.class public Lorg/maps/client/samples/Used;
.super Ljava/lang/Object;

.method public static ask()V
    .registers 1
    const-string v0, "https://used.maps.test/"
    invoke-static {v0}, Lorg/maps/client/Client;->get(Ljava/lang/String;)V
    return-void
.end method
