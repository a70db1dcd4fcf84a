# Another object keeps this one, and does not use it yet
.class public Ltest/shop/Keeper;
.super Ljava/lang/Object;

.field private base:Ljava/lang/String;
.field private listener:Ljava/lang/Object;

.method public constructor <init>(Ljava/lang/String;)V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "https://kept.shop.test/"
    iput-object v0, p0, Ltest/shop/Keeper;->base:Ljava/lang/String;
    new-instance v0, Ltest/shop/Keeper$1;
    invoke-direct {v0, p0}, Ltest/shop/Keeper$1;-><init>(Ltest/shop/Keeper;)V
    iput-object v0, p0, Ltest/shop/Keeper;->listener:Ljava/lang/Object;
    iput-object p1, p0, Ltest/shop/Keeper;->base:Ljava/lang/String;
    return-void
.end method

.method public ask()V
    .registers 3
    new-instance v0, Ljava/net/URL;
    iget-object v1, p0, Ltest/shop/Keeper;->base:Ljava/lang/String;
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
