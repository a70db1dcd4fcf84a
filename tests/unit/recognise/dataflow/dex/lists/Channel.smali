.class public Ltest/chat/Channel;
.super Ljava/lang/Object;

# A host and a port for a library whose names a shrinker changed; a host with another number; a key with a port
.method static open(La/b/c;)V
    .registers 4
    const-string v1, "grpc.speech.test"
    const/16 v2, 0x1bb
    invoke-virtual {p0, v1, v2}, La/b/c;->a(Ljava/lang/String;I)La/b/d;
    const-string v1, "rows.speech.test"
    const/16 v2, 0x1bc
    invoke-virtual {p0, v1, v2}, La/b/c;->b(Ljava/lang/String;I)V
    const-string v1, "speech.port"
    const/16 v2, 0x1bb
    invoke-virtual {p0, v1, v2}, La/b/c;->b(Ljava/lang/String;I)V
    return-void
.end method
