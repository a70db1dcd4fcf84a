.class public Lp1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const/4 v0, 0x0
    invoke-static {v0}, Lp1/Deob;->getString(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lp1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

