.class public Ltest/shop/Clients;
.super Ljava/lang/Object;

# Clients of libraries that take a host and a port.
.field host:Ljava/lang/String;
.field port:I

.method constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "netty.shop.test"
    iput-object v0, p0, Ltest/shop/Clients;->host:Ljava/lang/String;
    const/16 v0, 0x1f40
    iput v0, p0, Ltest/shop/Clients;->port:I
    return-void
.end method

.method public netty(Lio/netty/bootstrap/Bootstrap;)V
    .registers 4
    iget-object v0, p0, Ltest/shop/Clients;->host:Ljava/lang/String;
    iget v1, p0, Ltest/shop/Clients;->port:I
    invoke-virtual {p1, v0, v1}, Lio/netty/bootstrap/Bootstrap;->connect(Ljava/lang/String;I)Lio/netty/channel/ChannelFuture;
    return-void
.end method

.method public static ssh()V
    .registers 3
    new-instance v0, Lcom/trilead/ssh2/Connection;
    const-string v1, "trilead.shop.test"
    const/16 v2, 0x8ae
    invoke-direct {v0, v1, v2}, Lcom/trilead/ssh2/Connection;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public static share(Lcom/hierynomus/smbj/SMBClient;)V
    .registers 2
    const-string v0, "smb.shop.test"
    invoke-virtual {p0, v0}, Lcom/hierynomus/smbj/SMBClient;->connect(Ljava/lang/String;)Lcom/hierynomus/smbj/connection/Connection;
    return-void
.end method

.method public static game(Lcom/esotericsoftware/kryonet/Client;)V
    .registers 5
    const/16 v0, 0x1388
    const-string v1, "kryo.shop.test"
    const v2, 0xd431
    const v3, 0xd432
    invoke-virtual {p0, v0, v1, v2, v3}, Lcom/esotericsoftware/kryonet/Client;->connect(ILjava/lang/String;II)V
    return-void
.end method

.method public static gdx(Lcom/badlogic/gdx/Net;Lcom/badlogic/gdx/Net$Protocol;)V
    .registers 5
    const-string v0, "gdx.shop.test"
    const/16 v1, 0x2328
    const/4 v2, 0x0
    invoke-interface {p0, p1, v0, v1, v2}, Lcom/badlogic/gdx/Net;->newClientSocket(Lcom/badlogic/gdx/Net$Protocol;Ljava/lang/String;ILcom/badlogic/gdx/net/SocketHints;)Lcom/badlogic/gdx/net/Socket;
    return-void
.end method

.method public static async(Lcom/koushikdutta/async/AsyncServer;Lcom/koushikdutta/async/callback/ConnectCallback;)V
    .registers 4
    const-string v0, "async.shop.test"
    const/16 v1, 0x2329
    invoke-virtual {p0, v0, v1, p1}, Lcom/koushikdutta/async/AsyncServer;->connectSocket(Ljava/lang/String;ILcom/koushikdutta/async/callback/ConnectCallback;)Lcom/koushikdutta/async/future/Cancellable;
    return-void
.end method

.method public static time(Lcom/instacart/library/truetime/TrueTime;)V
    .registers 2
    const-string v0, "ntp.shop.test"
    invoke-virtual {p0, v0}, Lcom/instacart/library/truetime/TrueTime;->withNtpHost(Ljava/lang/String;)Lcom/instacart/library/truetime/TrueTime;
    return-void
.end method

.method public static broker(Lorg/fusesource/mqtt/client/MQTT;)V
    .registers 3
    const-string v0, "fuse.shop.test"
    const/16 v1, 0x75b
    invoke-virtual {p0, v0, v1}, Lorg/fusesource/mqtt/client/MQTT;->setHost(Ljava/lang/String;I)V
    return-void
.end method

.method public static push(Lcom/pusher/client/PusherOptions;)V
    .registers 3
    const-string v0, "ws.shop.test"
    invoke-virtual {p0, v0}, Lcom/pusher/client/PusherOptions;->setHost(Ljava/lang/String;)Lcom/pusher/client/PusherOptions;
    return-void
.end method

.method public static meter()V
    .registers 2
    new-instance v0, Lcom/ghgande/j2mod/modbus/facade/ModbusTCPMaster;
    const-string v1, "meter.shop.test"
    invoke-direct {v0, v1}, Lcom/ghgande/j2mod/modbus/facade/ModbusTCPMaster;-><init>(Ljava/lang/String;)V
    return-void
.end method

# Requests its address; the next methods only hold one.
.method public static kept()V
    .registers 3
    new-instance v0, Lokhttp3/t;
    invoke-direct {v0}, Lokhttp3/t;-><init>()V
    const/4 v1, 0x0
    const-string v2, "https://github.com/"
    invoke-virtual {v0, v1, v2}, Lokhttp3/t;->b(Lokhttp3/u;Ljava/lang/String;)V
    return-void
.end method

.method public static other()V
    .registers 3
    new-instance v0, Lokhttp3/t;
    invoke-direct {v0}, Lokhttp3/t;-><init>()V
    const/4 v1, 0x0
    const-string v2, "https://gitlab.com/"
    invoke-virtual {v0, v1, v2}, Lokhttp3/t;->c(Lokhttp3/u;Ljava/lang/String;)V
    return-void
.end method

.method public static retrofit()V
    .registers 2
    new-instance v0, Lretrofit2/Retrofit$Builder;
    invoke-direct {v0}, Lretrofit2/Retrofit$Builder;-><init>()V
    const-string v1, "https://en.wikipedia.org/"
    invoke-virtual {v0, v1}, Lretrofit2/Retrofit$Builder;->baseUrl(Ljava/lang/String;)Lretrofit2/Retrofit$Builder;
    return-void
.end method
