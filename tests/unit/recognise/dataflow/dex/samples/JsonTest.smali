# The tests of a library that contacts no host
.class public Lorg/json/Test;
.super Ljava/lang/Object;

.method public static main([Ljava/lang/String;)V
    .registers 2
    const-string v0, "<card page='https://json.maps.test/'/>"
    invoke-static {v0}, Lorg/maps/client/Client;->get(Ljava/lang/String;)V
    return-void
.end method
