.class public Lt1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "FMQA38H/oiJDt0KmV3uZEiQPH4hIAkGfoCuI67d2INQ="
    invoke-static {v0}, Lt1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lt1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

