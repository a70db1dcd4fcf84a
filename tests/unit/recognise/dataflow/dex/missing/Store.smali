.class public Ltest/lib/Store;
.super Ljava/lang/Object;

.field private url:Ljava/lang/String;
.field private other:Ljava/lang/String;

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "https://setting.shop.test/"
    iput-object v0, p0, Ltest/lib/Store;->url:Ljava/lang/String;
    const-string v0, "https://readtwice.shop.test/"
    iput-object v0, p0, Ltest/lib/Store;->other:Ljava/lang/String;
    return-void
.end method

.method private upload()V
    .registers 3
    iget-object v0, p0, Ltest/lib/Store;->url:Ljava/lang/String;
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    iget-object v0, p0, Ltest/lib/Store;->other:Ljava/lang/String;
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public post()V
    .registers 3
    new-instance v0, Lorg/maps/Point;
    invoke-direct {v0}, Lorg/maps/Point;-><init>()V
    invoke-direct {p0}, Ltest/lib/Store;->upload()V
    return-void
.end method

.method public load()V
    .registers 3
    iget-object v0, p0, Ltest/lib/Store;->other:Ljava/lang/String;
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public Property()Ljava/lang/String;
    .registers 3
    .annotation runtime Ltest/lib/Block;
        defaultValue = "https://setting.shop.test/"
    .end annotation
    iget-object v0, p0, Ltest/lib/Store;->url:Ljava/lang/String;
    return-object v0
.end method
