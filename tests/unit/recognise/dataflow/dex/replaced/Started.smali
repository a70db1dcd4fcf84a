# Something else gets the other object before the second value is there
.class public Ltest/shop/Started;
.super Ljava/lang/Object;

.field private base:Ljava/lang/String;
.field private listener:Ljava/lang/Object;

.method public constructor <init>(Ljava/lang/String;)V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "https://started.shop.test/"
    iput-object v0, p0, Ltest/shop/Started;->base:Ljava/lang/String;
    new-instance v0, Ltest/shop/Started$1;
    invoke-direct {v0, p0}, Ltest/shop/Started$1;-><init>(Ltest/shop/Started;)V
    iput-object v0, p0, Ltest/shop/Started;->listener:Ljava/lang/Object;
    invoke-static {v0}, Ltest/shop/Starter;->start(Ljava/lang/Object;)V
    iput-object p1, p0, Ltest/shop/Started;->base:Ljava/lang/String;
    return-void
.end method

.method public ask()V
    .registers 3
    new-instance v0, Ljava/net/URL;
    iget-object v1, p0, Ltest/shop/Started;->base:Ljava/lang/String;
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
