.class public Lp3/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-wide v0, -0x375df13ac521974fL
    invoke-static {v0, v1}, Lp3/Deob;->getString(J)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lp3/Net;->open(Ljava/lang/String;)V
    return-void
.end method

