# A map in a static field that the initialiser fills only behind that; its values end the hosts of the app.
.class public Ltest/track/Domains;
.super Ljava/lang/Object;

.field private static final BY_CODE:Ljava/util/Map;

.method static constructor <clinit>()V
    .registers 3
    new-instance v0, Ljava/util/HashMap;
    invoke-direct {v0}, Ljava/util/HashMap;-><init>()V
    sput-object v0, Ltest/track/Domains;->BY_CODE:Ljava/util/Map;
    const-string v1, "00"
    const-string v2, "crash.test"
    invoke-interface {v0, v1, v2}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    sget-object v0, Ltest/track/Domains;->BY_CODE:Ljava/util/Map;
    const-string v1, "01"
    const-string v2, "crash-stage.test"
    invoke-interface {v0, v1, v2}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    sget-object v0, Ltest/track/Domains;->BY_CODE:Ljava/util/Map;
    const-string v1, "02"
    const-string v2, "eu.crash.test"
    invoke-interface {v0, v1, v2}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method

.method public static report()Ljava/net/URL;
    .registers 3
    sget-object v0, Ltest/track/Domains;->BY_CODE:Ljava/util/Map;
    const-string v1, "00"
    invoke-interface {v0, v1}, Ljava/util/Map;->get(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ljava/lang/String;
    new-instance v1, Ljava/lang/StringBuilder;
    const-string v2, "https://load.ingest."
    invoke-direct {v1, v2}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1, v0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-object v1
.end method
