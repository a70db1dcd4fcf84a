.class public Ltest/shop/Prices;
.super Ljava/lang/Object;

.field private static all:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 2
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://%sprices.%s/v1/"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const-string v1, "all"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    sput-object v0, Ltest/shop/Prices;->all:Ljava/lang/String;
    return-void
.end method

.method public static all()Ljava/lang/String;
    .registers 4
    sget-object v0, Ltest/shop/Prices;->all:Ljava/lang/String;
    const-string v1, "eu-"
    const-string v2, "shop.test"
    filled-new-array {v1, v2}, [Ljava/lang/Object;
    move-result-object v1
    invoke-static {v0, v1}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
