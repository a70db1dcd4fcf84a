.class Ltest/turns/Joined;
.super Ljava/lang/Object;
# direct methods
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method static varargs join([Ljava/lang/String;)Ljava/lang/String;
    .registers 6
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https:/"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    array-length v1, p0
    const/4 v2, 0x0
    :goto_9
    if-ge v2, v1, :cond_18
    aget-object v3, p0, v2
    const-string v4, "/"
    invoke-virtual {v0, v4}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0, v3}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    add-int/lit8 v2, v2, 0x1
    goto :goto_9
    :cond_18
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object p0
    return-object p0
.end method
.method static open()V
    .registers 4
    new-instance v0, Ljava/net/URL;
    const-string v1, "joined.turn.test"
    const-string v2, "x"
    const-string v3, "y"
    filled-new-array {v1, v2, v3}, [Ljava/lang/String;
    move-result-object v1
    invoke-static {v1}, Ltest/turns/Joined;->join([Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
