.class public Ltest/lib/Ice;
.super Ljava/lang/Object;

.method public static lost()V
    .registers 4
    invoke-static {}, Lorg/maps/Point;->origin()V
    const-string v0, "stun:lostice.shop.test:19302"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static now()V
    .registers 4
    const-string v0, "stun:keptice.shop.test:19302"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static object()V
    .registers 4
    invoke-static {}, Lorg/maps/Point;->origin()V
    const-string v0, "{\"server\" : \"lostmember.shop.test\"}"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    const-string v0, "{\"server\" : \"namedmember.shop.test\"}"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static objects()V
    .registers 4
    const-string v0, "{\"server\" : \"keptmember.shop.test\"}"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    const-string v0, "namedmember.shop.test"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
