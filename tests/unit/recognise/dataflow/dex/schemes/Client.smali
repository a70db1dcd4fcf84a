# The settings of requests as R8 leaves them: the fields of a renamed builder get a scheme and a host
.class public Ltest/music/Client;
.super Ljava/lang/Object;

# The sender is native code, which is not known
.method public static native send(Ljava/lang/Object;)V
.end method

.method public static fields(Ltest/music/a;)V
    .registers 4
    const-string v0, "https"
    invoke-static {v0}, Ltest/music/b;->a(Ljava/lang/String;)Ltest/music/b;
    move-result-object v0
    iput-object v0, p0, Ltest/music/a;->a:Ltest/music/b;
    const-string v1, "api.music-store.test"
    iput-object v1, p0, Ltest/music/a;->b:Ljava/lang/String;
    invoke-static {p0}, Ltest/music/Client;->send(Ljava/lang/Object;)V
    return-void
.end method

.method public static calls(Ltest/music/a;)V
    .registers 4
    const-string v0, "wss"
    invoke-static {v0}, Ltest/music/b;->a(Ljava/lang/String;)Ltest/music/b;
    move-result-object v0
    invoke-virtual {p0, v0}, Ltest/music/a;->c(Ltest/music/b;)V
    const-string v1, "live.music-store.test"
    invoke-virtual {p0, v1}, Ltest/music/a;->d(Ljava/lang/String;)V
    invoke-static {p0}, Ltest/music/Client;->send(Ljava/lang/Object;)V
    return-void
.end method

# No host of a request: another object has the scheme, the scheme is none, and nothing is a scheme
.method public static other(Ltest/music/a;)V
    .registers 4
    new-instance v2, Ltest/music/a;
    const-string v0, "https"
    invoke-static {v0}, Ltest/music/b;->a(Ljava/lang/String;)Ltest/music/b;
    move-result-object v0
    iput-object v0, v2, Ltest/music/a;->a:Ltest/music/b;
    invoke-static {v2}, Ltest/music/Client;->send(Ljava/lang/Object;)V
    const-string v1, "other.music-store.test"
    iput-object v1, p0, Ltest/music/a;->b:Ljava/lang/String;
    invoke-static {p0}, Ltest/music/Client;->send(Ljava/lang/Object;)V
    return-void
.end method

.method public static word(Ltest/music/a;)V
    .registers 4
    const-string v0, "fast"
    invoke-static {v0}, Ltest/music/b;->a(Ljava/lang/String;)Ltest/music/b;
    move-result-object v0
    iput-object v0, p0, Ltest/music/a;->a:Ltest/music/b;
    const-string v1, "word.music-store.test"
    iput-object v1, p0, Ltest/music/a;->b:Ljava/lang/String;
    invoke-static {p0}, Ltest/music/Client;->send(Ljava/lang/Object;)V
    return-void
.end method

.method public static unknown(Ltest/music/a;)V
    .registers 4
    const-string v0, "https"
    invoke-static {}, Ltest/music/b;->b()Ltest/music/b;
    move-result-object v0
    iput-object v0, p0, Ltest/music/a;->a:Ltest/music/b;
    const-string v1, "unknown.music-store.test"
    iput-object v1, p0, Ltest/music/a;->b:Ljava/lang/String;
    invoke-static {p0}, Ltest/music/Client;->send(Ljava/lang/Object;)V
    return-void
.end method
