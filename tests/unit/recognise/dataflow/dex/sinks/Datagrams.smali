# Addresses that become objects before their port is known
.class public Ltest/shop/Datagrams;
.super Ljava/lang/Object;

.method public static send([B)V
    .registers 6
    const-string v0, "udp.shop.test"
    invoke-static {v0}, Ljava/net/InetAddress;->getByName(Ljava/lang/String;)Ljava/net/InetAddress;
    move-result-object v0
    const/4 v1, 0x2
    const/16 v2, 0x1072
    new-instance v3, Ljava/net/DatagramPacket;
    invoke-direct {v3, p0, v1, v0, v2}, Ljava/net/DatagramPacket;-><init>([BILjava/net/InetAddress;I)V
    return-void
.end method

.method public static address()V
    .registers 4
    const-string v0, "tcp.shop.test"
    invoke-static {v0}, Ljava/net/InetAddress;->getByName(Ljava/lang/String;)Ljava/net/InetAddress;
    move-result-object v0
    const/16 v1, 0x1073
    new-instance v2, Ljava/net/InetSocketAddress;
    invoke-direct {v2, v0, v1}, Ljava/net/InetSocketAddress;-><init>(Ljava/net/InetAddress;I)V
    return-void
.end method

# The port is not known
.method public static lookup(I)V
    .registers 4
    const-string v0, "lookup.shop.test"
    invoke-static {v0}, Ljava/net/InetAddress;->getByName(Ljava/lang/String;)Ljava/net/InetAddress;
    move-result-object v0
    new-instance v1, Ljava/net/InetSocketAddress;
    invoke-direct {v1, v0, p0}, Ljava/net/InetSocketAddress;-><init>(Ljava/net/InetAddress;I)V
    return-void
.end method

# No server: a group of multicast, and a broadcast whose port is elsewhere
.method public static group()V
    .registers 3
    const/16 v0, 0x138f
    new-instance v1, Ljava/net/MulticastSocket;
    invoke-direct {v1, v0}, Ljava/net/MulticastSocket;-><init>(I)V
    const-string v0, "239.255.1.7"
    invoke-static {v0}, Ljava/net/InetAddress;->getByName(Ljava/lang/String;)Ljava/net/InetAddress;
    move-result-object v0
    invoke-virtual {v1, v0}, Ljava/net/MulticastSocket;->joinGroup(Ljava/net/InetAddress;)V
    const-string v0, "255.255.255.255"
    invoke-static {v0}, Ljava/net/InetAddress;->getByName(Ljava/lang/String;)Ljava/net/InetAddress;
    return-void
.end method

.method public static names(Landroid/content/ContentResolver;)V
    .registers 4
    const-string v0, "private_dns_specifier"
    const-string v1, "dot.shop.test"
    invoke-static {p0, v0, v1}, Landroid/provider/Settings$Global;->putString(Landroid/content/ContentResolver;Ljava/lang/String;Ljava/lang/String;)Z
    const-string v0, "device_name"
    const-string v1, "name.shop.test"
    invoke-static {p0, v0, v1}, Landroid/provider/Settings$Global;->putString(Landroid/content/ContentResolver;Ljava/lang/String;Ljava/lang/String;)Z
    return-void
.end method
