.class Ltest/held/Remote;
.super Ljava/lang/Object;
# instance fields
.field private final config:Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;
.field private final defaults:Ljava/util/Map;
.end field
# direct methods
.method constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    invoke-static {}, Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;->getInstance()Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;
    move-result-object v0
    iput-object v0, p0, Ltest/held/Remote;->config:Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;
    new-instance v0, Ljava/util/HashMap;
    invoke-direct {v0}, Ljava/util/HashMap;-><init>()V
    iput-object v0, p0, Ltest/held/Remote;->defaults:Ljava/util/Map;
    return-void
.end method
# virtual methods
.method begin()V
    .registers 4
    iget-object v0, p0, Ltest/held/Remote;->defaults:Ljava/util/Map;
    const-string v1, "remote_service"
    const-string v2, "https://remote.held.test/"
    invoke-interface {v0, v1, v2}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    iget-object v0, p0, Ltest/held/Remote;->defaults:Ljava/util/Map;
    const/4 v1, 0x3
    invoke-static {v1}, Ljava/lang/Integer;->valueOf(I)Ljava/lang/Integer;
    move-result-object v1
    const-string v2, "retries"
    invoke-interface {v0, v2, v1}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    iget-object v0, p0, Ltest/held/Remote;->config:Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;
    iget-object v1, p0, Ltest/held/Remote;->defaults:Ljava/util/Map;
    invoke-virtual {v0, v1}, Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;->setDefaultsAsync(Ljava/util/Map;)Ljava/lang/Object;
    return-void
.end method
.method open()V
    .registers 4
    new-instance v0, Ljava/net/URL;
    new-instance v1, Ljava/lang/StringBuilder;
    invoke-direct {v1}, Ljava/lang/StringBuilder;-><init>()V
    invoke-virtual {p0}, Ltest/held/Remote;->service()Ljava/lang/String;
    move-result-object v2
    invoke-virtual {v1, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v2, "beers"
    invoke-virtual {v1, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v1}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
.method service()Ljava/lang/String;
    .registers 3
    iget-object v0, p0, Ltest/held/Remote;->config:Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;
    const-string v1, "remote_service"
    invoke-virtual {v0, v1}, Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;->getString(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
