# An object with settings that no reader of JSON fills
.class public Ltest/shop/Holder;
.super Ljava/lang/Object;

.field private settings:Ltest/shop/Settings;

.method public constructor <init>(Ltest/shop/Settings;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/shop/Holder;->settings:Ltest/shop/Settings;
    return-void
.end method

.method public ask()V
    .registers 3
    iget-object v0, p0, Ltest/shop/Holder;->settings:Ltest/shop/Settings;
    invoke-virtual {v0}, Ltest/shop/Settings;->isTest()Z
    move-result v0
    if-eqz v0, :live
    const-string v1, "https://settings.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
    :live
    const-string v1, "https://settingselse.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

# The host of one way is put together
.method public join()V
    .registers 4
    new-instance v2, Ljava/lang/StringBuilder;
    invoke-direct {v2}, Ljava/lang/StringBuilder;-><init>()V
    const-string v1, "https://"
    invoke-virtual {v2, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    iget-object v0, p0, Ltest/shop/Holder;->settings:Ltest/shop/Settings;
    invoke-virtual {v0}, Ltest/shop/Settings;->isTest()Z
    move-result v0
    if-eqz v0, :live
    const-string v1, "trial"
    invoke-virtual {v2, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    goto :end
    :live
    const-string v1, "daily"
    invoke-virtual {v2, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    :end
    const-string v1, ".joined.test"
    invoke-virtual {v2, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v2}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

# The call that contacts a server is behind the condition
.method public connect()V
    .registers 4
    const/16 v2, 0x2329
    iget-object v0, p0, Ltest/shop/Holder;->settings:Ltest/shop/Settings;
    invoke-virtual {v0}, Ltest/shop/Settings;->isTest()Z
    move-result v0
    if-eqz v0, :live
    const-string v1, "socket.shop.test"
    new-instance v0, Ljava/net/Socket;
    invoke-direct {v0, v1, v2}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
    :live
    const-string v1, "livesocket.shop.test"
    new-instance v0, Ljava/net/Socket;
    invoke-direct {v0, v1, v2}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
