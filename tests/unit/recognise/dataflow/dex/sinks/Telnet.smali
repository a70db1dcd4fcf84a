# Connections of a terminal
.class public Ltest/shop/Telnet;
.super Ljava/lang/Object;

.method public static console()V
    .registers 3
    new-instance v0, Lorg/apache/commons/net/telnet/TelnetClient;
    invoke-direct {v0}, Lorg/apache/commons/net/telnet/TelnetClient;-><init>()V
    const-string v1, "console.shop.test"
    invoke-virtual {v0, v1}, Lorg/apache/commons/net/telnet/TelnetClient;->connect(Ljava/lang/String;)V
    const-string v1, "terminal.shop.test"
    const/16 v2, 0x913
    invoke-virtual {v0, v1, v2}, Lorg/apache/commons/net/telnet/TelnetClient;->connect(Ljava/lang/String;I)V
    return-void
.end method
