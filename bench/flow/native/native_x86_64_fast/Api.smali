.class public Lshop/Api;
.super Ljava/lang/Object;
.method public static native baseUrl()Ljava/lang/String;
.end method
.method public static load()V
    .registers 3
    invoke-static {}, Lshop/Api;->baseUrl()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/lang/StringBuilder;
    invoke-direct {v1}, Ljava/lang/StringBuilder;-><init>()V
    invoke-virtual {v1, v0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v0, "/orders"
    invoke-virtual {v1, v0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v1}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lshop/Net;->open(Ljava/lang/String;)V
    return-void
.end method
