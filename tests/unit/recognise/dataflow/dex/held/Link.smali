.class Ltest/held/Link;
.super Ljava/lang/Object;
# instance fields
.field private final address:Ljava/net/InetAddress;
# direct methods
.method constructor <init>(Ljava/net/InetAddress;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/held/Link;->address:Ljava/net/InetAddress;
    return-void
.end method
# virtual methods
.method open()V
    .registers 5
    new-instance v0, Ljava/net/Socket;
    invoke-direct {v0}, Ljava/net/Socket;-><init>()V
    new-instance v1, Ljava/net/InetSocketAddress;
    iget-object v2, p0, Ltest/held/Link;->address:Ljava/net/InetAddress;
    const/16 v3, 0x115c
    invoke-direct {v1, v2, v3}, Ljava/net/InetSocketAddress;-><init>(Ljava/net/InetAddress;I)V
    invoke-virtual {v0, v1}, Ljava/net/Socket;->connect(Ljava/net/SocketAddress;)V
    return-void
.end method
