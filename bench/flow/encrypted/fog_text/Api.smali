.class public Lf1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "GxwbADhfVlwOABd6SwobBx9ePwAKB0cZQWQKCxcNHQM="
    const-string v1, "shopKey"
    invoke-static {v0, v1}, Lf1/Fog;->decrypt(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lf1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

