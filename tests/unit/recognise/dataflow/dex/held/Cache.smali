.class Ltest/held/Cache;
.super Ljava/lang/Object;
# static fields
.field static final CLIENTS:Ljava/util/Map;
.end field
# direct methods
.method static constructor <clinit>()V
    .registers 1
    new-instance v0, Ljava/util/HashMap;
    invoke-direct {v0}, Ljava/util/HashMap;-><init>()V
    sput-object v0, Ltest/held/Cache;->CLIENTS:Ljava/util/Map;
    return-void
.end method
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method static of(Ljava/lang/String;)Ltest/held/Client;
    .registers 4
    sget-object v0, Ltest/held/Cache;->CLIENTS:Ljava/util/Map;
    invoke-interface {v0, p0}, Ljava/util/Map;->get(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Ltest/held/Client;
    if-nez v1, :cond_14
    new-instance v1, Ltest/held/Client;
    const-string v2, "https://cache.held.test/c"
    invoke-direct {v1, v2}, Ltest/held/Client;-><init>(Ljava/lang/String;)V
    invoke-interface {v0, p0, v1}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    :cond_14
    return-object v1
.end method
.method static open()V
    .registers 3
    new-instance v0, Ljava/net/URL;
    new-instance v1, Ljava/lang/StringBuilder;
    invoke-direct {v1}, Ljava/lang/StringBuilder;-><init>()V
    const-string v2, "a"
    invoke-static {v2}, Ltest/held/Cache;->of(Ljava/lang/String;)Ltest/held/Client;
    move-result-object v2
    iget-object v2, v2, Ltest/held/Client;->url:Ljava/lang/String;
    invoke-virtual {v1, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v2, "/list"
    invoke-virtual {v1, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v1}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
