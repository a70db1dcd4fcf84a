.class Ltest/held/Linker;
.super Ljava/lang/Object;
# direct methods
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method static open()V
    .registers 2
    new-instance v0, Ltest/held/Link;
    const-string v1, "link.held.test"
    invoke-static {v1}, Ljava/net/InetAddress;->getByName(Ljava/lang/String;)Ljava/net/InetAddress;
    move-result-object v1
    invoke-direct {v0, v1}, Ltest/held/Link;-><init>(Ljava/net/InetAddress;)V
    invoke-virtual {v0}, Ltest/held/Link;->open()V
    return-void
.end method
