.class public Lorg/maps/client/Test;
.super Ljava/lang/Object;

# The test of a small library
.method public static main([Ljava/lang/String;)V
    .registers 2
    const-string v0, "https://plain.maps.test/"
    invoke-static {v0}, Lorg/maps/client/Client;->get(Ljava/lang/String;)V
    return-void
.end method
