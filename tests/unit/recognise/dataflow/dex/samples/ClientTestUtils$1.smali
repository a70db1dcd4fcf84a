.class Lorg/maps/client/ClientTestUtils$1;
.super Ljava/lang/Object;

.method public run()V
    .registers 1
    invoke-static {}, Lorg/maps/client/ClientTestUtils;->useServer()V
    return-void
.end method
