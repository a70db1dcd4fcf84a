# Opens a socket to the store that assets/config.json names and asks whether it speaks TLS (SSLRequest of the PostgreSQL
# protocol, https://www.postgresql.org/docs/current/protocol-message-formats.html). It does not log in.
.class final Lcom/tillroll/pos/StoreCheck;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;
.source "StoreCheck.java"

.field private final screen:Lcom/tillroll/pos/TillActivity;

.method constructor <init>(Lcom/tillroll/pos/TillActivity;)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lcom/tillroll/pos/StoreCheck;->screen:Lcom/tillroll/pos/TillActivity;
    return-void
.end method

.method public run()V
    .locals 2

    :try_start
    invoke-direct {p0}, Lcom/tillroll/pos/StoreCheck;->ask()Ljava/lang/String;
    move-result-object v0
    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :failed

    :show
    iget-object v1, p0, Lcom/tillroll/pos/StoreCheck;->screen:Lcom/tillroll/pos/TillActivity;
    invoke-virtual {v1, v0}, Lcom/tillroll/pos/TillActivity;->show(Ljava/lang/String;)V
    return-void

    :failed
    move-exception v0
    invoke-virtual {v0}, Ljava/lang/Exception;->toString()Ljava/lang/String;
    move-result-object v0
    goto :show
.end method

# The "store" of assets/config.json, of which 64 KiB at most are read.
.method private store()Ljava/net/URI;
    .locals 4

    iget-object v0, p0, Lcom/tillroll/pos/StoreCheck;->screen:Lcom/tillroll/pos/TillActivity;
    invoke-virtual {v0}, Lcom/tillroll/pos/TillActivity;->getAssets()Landroid/content/res/AssetManager;
    move-result-object v0
    const-string v1, "config.json"
    invoke-virtual {v0, v1}, Landroid/content/res/AssetManager;->open(Ljava/lang/String;)Ljava/io/InputStream;
    move-result-object v0
    new-instance v1, Ljava/io/DataInputStream;
    invoke-direct {v1, v0}, Ljava/io/DataInputStream;-><init>(Ljava/io/InputStream;)V
    invoke-virtual {v1}, Ljava/io/DataInputStream;->available()I
    move-result v0
    const v2, 0xffff
    invoke-static {v0, v2}, Ljava/lang/Math;->min(II)I
    move-result v0
    new-array v2, v0, [B
    invoke-virtual {v1, v2}, Ljava/io/DataInputStream;->readFully([B)V
    invoke-virtual {v1}, Ljava/io/DataInputStream;->close()V

    new-instance v0, Ljava/lang/String;
    const-string v1, "UTF-8"
    invoke-direct {v0, v2, v1}, Ljava/lang/String;-><init>([BLjava/lang/String;)V
    new-instance v1, Lorg/json/JSONObject;
    invoke-direct {v1, v0}, Lorg/json/JSONObject;-><init>(Ljava/lang/String;)V
    const-string v0, "store"
    invoke-virtual {v1, v0}, Lorg/json/JSONObject;->getString(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ljava/net/URI;->create(Ljava/lang/String;)Ljava/net/URI;
    move-result-object v0
    return-object v0
.end method

.method private ask()Ljava/lang/String;
    .locals 5

    invoke-direct {p0}, Lcom/tillroll/pos/StoreCheck;->store()Ljava/net/URI;
    move-result-object v0
    new-instance v1, Ljava/net/InetSocketAddress;
    invoke-virtual {v0}, Ljava/net/URI;->getHost()Ljava/lang/String;
    move-result-object v2
    invoke-virtual {v0}, Ljava/net/URI;->getPort()I
    move-result v3
    invoke-direct {v1, v2, v3}, Ljava/net/InetSocketAddress;-><init>(Ljava/lang/String;I)V

    new-instance v0, Ljava/net/Socket;
    invoke-direct {v0}, Ljava/net/Socket;-><init>()V
    const/16 v2, 0x1388
    invoke-virtual {v0, v1, v2}, Ljava/net/Socket;->connect(Ljava/net/SocketAddress;I)V
    invoke-virtual {v0, v2}, Ljava/net/Socket;->setSoTimeout(I)V

    new-instance v1, Ljava/io/DataOutputStream;
    invoke-virtual {v0}, Ljava/net/Socket;->getOutputStream()Ljava/io/OutputStream;
    move-result-object v2
    invoke-direct {v1, v2}, Ljava/io/DataOutputStream;-><init>(Ljava/io/OutputStream;)V
    const-wide v2, 0x804d2162fL    # SSLRequest: length 8, code 80877103
    invoke-virtual {v1, v2, v3}, Ljava/io/DataOutputStream;->writeLong(J)V
    invoke-virtual {v1}, Ljava/io/DataOutputStream;->flush()V
    invoke-virtual {v0}, Ljava/net/Socket;->getInputStream()Ljava/io/InputStream;
    move-result-object v1
    invoke-virtual {v1}, Ljava/io/InputStream;->read()I
    move-result v1
    invoke-virtual {v0}, Ljava/net/Socket;->close()V

    const/16 v2, 0x53    # 'S': the store goes on with TLS
    if-ne v1, v2, :plain
    const v1, 0x7f040003    # string/encrypted
    goto :text

    :plain
    const v1, 0x7f040004    # string/plain

    :text
    iget-object v0, p0, Lcom/tillroll/pos/StoreCheck;->screen:Lcom/tillroll/pos/TillActivity;
    invoke-virtual {v0, v1}, Lcom/tillroll/pos/TillActivity;->getString(I)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
