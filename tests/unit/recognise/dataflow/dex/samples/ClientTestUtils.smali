.class public Lorg/maps/client/ClientTestUtils;
.super Ljava/lang/Object;

# The tools of the tests of the library
.method public static useServer()V
    .registers 1
    const-string v0, "https://tools.maps.test/"
    invoke-static {v0}, Lorg/maps/client/Client;->get(Ljava/lang/String;)V
    return-void
.end method
