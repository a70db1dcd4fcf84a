.class Ltest/turns/Many;
.super Ljava/lang/Object;
# direct methods
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method static open()V
    .registers 3
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://many.turn.test/m"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const/4 v1, 0x0
    :goto_8
    const/16 v2, 0x384
    if-ge v1, v2, :cond_14
    const-string v2, "a"
    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    add-int/lit8 v1, v1, 0x1
    goto :goto_8
    :cond_14
    new-instance v1, Ljava/net/URL;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
