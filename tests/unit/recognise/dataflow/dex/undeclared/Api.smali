.class public Lother/scan/Api;
.super Ljava/lang/Object;

.method public static send()V
    .registers 2
    const-string v0, "https://api.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
