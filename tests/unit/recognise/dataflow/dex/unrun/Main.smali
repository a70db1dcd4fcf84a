.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.field public static final SPARE:Ljava/lang/String; = "spare.shop.test:3000"

.field public static final CODE:Ljava/lang/String; = "[{\"URL\": \"aHR0cHM6Ly9lbmNvZGVkLnNob3AudGVzdC9h\"}]"

.field public static final READ:Ljava/lang/String; = "read.shop.test:3000"

.method public onCreate(Landroid/os/Bundle;)V
    .registers 4
    invoke-static {}, Ltest/shop/app/Main;->used()V
    sget-object v0, Ltest/shop/app/Main;->READ:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->send(Ljava/lang/String;)V
    const-string v0, "[{\"URL\": \"aHR0cHM6Ly9zZW50Y29kZS5zaG9wLnRlc3QvYQ==\"}]"
    invoke-static {v0}, Lother/lib/Client;->send(Ljava/lang/String;)V
    return-void
.end method

.method public static used()V
    .registers 4
    const-string v0, "93.184.217.1"
    const v1, 9000
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public static unused()V
    .registers 4
    const-string v0, "93.184.217.2"
    const v1, 9000
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
