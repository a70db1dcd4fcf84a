.class public Lw1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const v0, 0x7f0b0012
    invoke-static {v0}, Lw1/Dec;->a(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lw1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

