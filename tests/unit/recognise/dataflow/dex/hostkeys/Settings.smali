# A method of the app reads a setting, with a default value
.class public Ltest/push/Settings;
.super Ljava/lang/Object;

.field private store:Landroid/content/SharedPreferences;

.method public getValue(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    .registers 4
    iget-object v0, p0, Ltest/push/Settings;->store:Landroid/content/SharedPreferences;
    invoke-interface {v0, p1, p2}, Landroid/content/SharedPreferences;->getString(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public connect()V
    .registers 4
    const-string v0, "push_host"
    const-string v1, "push.courier.test"
    invoke-virtual {p0, v0, v1}, Ltest/push/Settings;->getValue(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const/16 v1, 0x1f90
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public camel()V
    .registers 4
    const-string v0, "relayServerAddress"
    const-string v1, "relay.courier.test"
    invoke-virtual {p0, v0, v1}, Ltest/push/Settings;->getValue(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const/16 v1, 0x1f90
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

# The key is none of a server, is a header, or is the value and not the key
.method public word()V
    .registers 4
    const-string v0, "push_title"
    const-string v1, "word.courier.test"
    invoke-virtual {p0, v0, v1}, Ltest/push/Settings;->getValue(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const/16 v1, 0x1f90
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public header()V
    .registers 4
    const-string v0, "Host"
    const-string v1, "header.courier.test"
    invoke-virtual {p0, v0, v1}, Ltest/push/Settings;->getValue(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const/16 v1, 0x1f90
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public value()V
    .registers 4
    const-string v0, "push_host"
    const-string v1, "value.courier.test"
    invoke-virtual {p0, v1, v0}, Ltest/push/Settings;->getValue(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const/16 v1, 0x1f90
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

# Addresses: a private one of a server, a version, and the device itself
.method public address()V
    .registers 4
    const-string v0, "server_ip"
    const-string v1, "192.168.50.31"
    invoke-virtual {p0, v0, v1}, Ltest/push/Settings;->getValue(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const/16 v1, 0x1f90
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public version()V
    .registers 4
    const-string v0, "app_version"
    const-string v1, "93.184.215.41"
    invoke-virtual {p0, v0, v1}, Ltest/push/Settings;->getValue(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const/16 v1, 0x1f90
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public device()V
    .registers 4
    const-string v0, "server_ip"
    const-string v1, "127.0.0.1"
    invoke-virtual {p0, v0, v1}, Ltest/push/Settings;->getValue(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const/16 v1, 0x1f90
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
