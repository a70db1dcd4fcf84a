.class public Ltest/chat/Clock;
.super Ljava/lang/Object;

.field static host:Ljava/lang/String; = "time.clock.test"
.field static unread:Ljava/lang/String; = "ntp1.clock.test"

# A library for the time of the network
.method static ask(Ljava/net/DatagramSocket;[B)V
    .registers 6
    sget-object v0, Ltest/chat/Clock;->host:Ljava/lang/String;
    invoke-static {v0}, Ltest/chat/Clock;->find(Ljava/lang/String;)Ljava/net/InetAddress;
    move-result-object v0
    new-instance v1, Ljava/net/DatagramPacket;
    const/16 v2, 0x30
    const/16 v3, 0x7b
    invoke-direct {v1, p1, v2, v0, v3}, Ljava/net/DatagramPacket;-><init>([BILjava/net/InetAddress;I)V
    invoke-virtual {p0, v1}, Ljava/net/DatagramSocket;->send(Ljava/net/DatagramPacket;)V
    const-string v0, "time.zone"
    invoke-static {v0}, Ltest/chat/Clock;->find(Ljava/lang/String;)Ljava/net/InetAddress;
    const-string v0, "timeout.clock.test"
    invoke-static {v0}, Ltest/chat/Clock;->find(Ljava/lang/String;)Ljava/net/InetAddress;
    return-void
.end method

.method static native find(Ljava/lang/String;)Ljava/net/InetAddress;
.end method
