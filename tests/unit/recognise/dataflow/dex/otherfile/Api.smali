# A call of a decryption method that another DEX file of the app defines.
.class public Lother/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 1
    const-string v0, "httQ7ps:Q7//oQ7therQ7.shQ7op.Q7tesQ7t/vQ71"
    invoke-static {v0}, Lj1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lother/Net;->open(Ljava/lang/String;)V
    return-void
.end method
