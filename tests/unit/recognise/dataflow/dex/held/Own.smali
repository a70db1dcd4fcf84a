.class Ltest/held/Own;
.super Ljava/lang/Object;
# instance fields
.field private final hosts:Ljava/util/Map;
.end field
# direct methods
.method constructor <init>()V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    new-instance v0, Ljava/util/HashMap;
    invoke-direct {v0}, Ljava/util/HashMap;-><init>()V
    iput-object v0, p0, Ltest/held/Own;->hosts:Ljava/util/Map;
    const-string v0, "app"
    const-string v1, "own.held.test"
    invoke-virtual {p0, v0, v1}, Ltest/held/Own;->add(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method
# virtual methods
.method add(Ljava/lang/String;Ljava/lang/String;)V
    .registers 5
    iget-object v0, p0, Ltest/held/Own;->hosts:Ljava/util/Map;
    invoke-interface {v0, p1}, Ljava/util/Map;->containsKey(Ljava/lang/Object;)Z
    move-result v0
    if-nez v0, :cond_12
    iget-object v0, p0, Ltest/held/Own;->hosts:Ljava/util/Map;
    new-instance v1, Ljava/util/ArrayList;
    invoke-direct {v1}, Ljava/util/ArrayList;-><init>()V
    invoke-interface {v0, p1, v1}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    :cond_12
    iget-object v0, p0, Ltest/held/Own;->hosts:Ljava/util/Map;
    invoke-interface {v0, p1}, Ljava/util/Map;->get(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object p1
    check-cast p1, Ljava/util/List;
    invoke-interface {p1, p2}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    return-void
.end method
.method host(Ljava/lang/String;)Ljava/lang/String;
    .registers 3
    iget-object v0, p0, Ltest/held/Own;->hosts:Ljava/util/Map;
    invoke-interface {v0, p1}, Ljava/util/Map;->get(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object p1
    check-cast p1, Ljava/util/List;
    const/4 v0, 0x0
    invoke-interface {p1, v0}, Ljava/util/List;->get(I)Ljava/lang/Object;
    move-result-object p1
    check-cast p1, Ljava/lang/String;
    return-object p1
.end method
