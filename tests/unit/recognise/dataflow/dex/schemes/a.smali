.class public Ltest/music/a;
.super Ljava/lang/Object;

.field public a:Ltest/music/b;
.field public b:Ljava/lang/String;

.method public c(Ltest/music/b;)V
    .registers 2
    iput-object p1, p0, Ltest/music/a;->a:Ltest/music/b;
    return-void
.end method

.method public d(Ljava/lang/String;)V
    .registers 2
    iput-object p1, p0, Ltest/music/a;->b:Ljava/lang/String;
    return-void
.end method

.method public toString()Ljava/lang/String;
    .registers 3
    iget-object v0, p0, Ltest/music/a;->b:Ljava/lang/String;
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-object v0
.end method
