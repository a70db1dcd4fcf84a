# A test of a library, by its superclass
.class public Lorg/maps/client/ClientCase;
.super Ljunit/framework/TestCase;

.method public static main([Ljava/lang/String;)V
    .registers 2
    new-instance v0, Lorg/maps/client/ClientCase;
    invoke-direct {v0}, Ljunit/framework/TestCase;-><init>()V
    invoke-virtual {v0}, Lorg/maps/client/ClientCase;->testAsk()V
    return-void
.end method

.method public testAsk()V
    .registers 2
    const-string v0, "https://case.maps.test/"
    invoke-static {v0}, Lorg/maps/client/Client;->get(Ljava/lang/String;)V
    return-void
.end method
