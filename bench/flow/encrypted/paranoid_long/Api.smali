.class public Lp2/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-wide v0, 0x37134797075bcd15L
    invoke-static {v0, v1}, Lp2/Deob;->getString(J)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lp2/Net;->open(Ljava/lang/String;)V
    return-void
.end method

