.class Ltest/turns/Unknown;
.super Ljava/lang/Object;
# direct methods
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method static open(Ljava/io/InputStream;)V
    .registers 3
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://unknown.turn.test/u"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    :goto_7
    invoke-virtual {p0}, Ljava/io/InputStream;->read()I
    move-result v1
    if-lez v1, :cond_13
    const-string v1, "/more"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    goto :goto_7
    :cond_13
    new-instance p0, Ljava/net/URL;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-direct {p0, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {p0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
