.class public Ltest/chat/Fallback;
.super Ljava/lang/Object;

.field host:Ljava/lang/String;
.field name:Ljava/lang/String;

# The address of a host, or a known one if the look-up fails
.method static address()Ljava/lang/String;
    .registers 1
    :try_start
    const-string v0, "api.chat.test"
    invoke-static {v0}, Ljava/net/InetAddress;->getByName(Ljava/lang/String;)Ljava/net/InetAddress;
    move-result-object v0
    invoke-virtual {v0}, Ljava/net/InetAddress;->getHostAddress()Ljava/lang/String;
    move-result-object v0
    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :failed
    :done
    return-object v0
    :failed
    move-exception v0
    const-string v0, "93.184.217.5"
    goto :done
.end method

# A version, and no look-up
.method static version(Z)Ljava/lang/String;
    .registers 2
    const-string v0, "93.184.217.6"
    return-object v0
.end method

# One field for hosts of several systems, and one that also gets a word
.method choose(I)V
    .registers 4
    const-string v0, "api.chat.test"
    iput-object v0, p0, Ltest/chat/Fallback;->host:Ljava/lang/String;
    if-eqz p1, :done
    const-string v0, "93.184.217.7"
    iput-object v0, p0, Ltest/chat/Fallback;->host:Ljava/lang/String;
    const-string v0, "api.chat.test"
    iput-object v0, p0, Ltest/chat/Fallback;->name:Ljava/lang/String;
    const-string v0, "93.184.217.8"
    iput-object v0, p0, Ltest/chat/Fallback;->name:Ljava/lang/String;
    const-string v0, "word"
    iput-object v0, p0, Ltest/chat/Fallback;->name:Ljava/lang/String;
    :done
    iget-object v0, p0, Ltest/chat/Fallback;->host:Ljava/lang/String;
    invoke-static {v0}, Ltest/chat/Clock;->find(Ljava/lang/String;)Ljava/net/InetAddress;
    return-void
.end method
