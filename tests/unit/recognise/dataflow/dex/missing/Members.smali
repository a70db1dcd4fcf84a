.class public Ltest/lib/Members;
.super Ljava/lang/Object;

.method public static lost()V
    .registers 4
    invoke-static {}, Lorg/maps/Point;->origin()V
    const-string v0, "{\"meeting\" : \"lostmember.shop.test\", \"retries\" : 3}"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static now()V
    .registers 4
    const-string v0, "{\"meeting\" : \"keptmember.shop.test\", \"retries\" : 3}"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
