# The settings of an app, with the zone of its server.
.class public Ltest/shop/Settings;
.super Ljava/lang/Object;

.field static only:Ltest/shop/Settings;
.field private zone:Ltest/shop/Zone;
.field private domain:Ljava/lang/String;

.method private constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    sget-object v0, Ltest/shop/Zone;->LIVE:Ltest/shop/Zone;
    iput-object v0, p0, Ltest/shop/Settings;->zone:Ltest/shop/Zone;
    const-string v0, "shop.test"
    iput-object v0, p0, Ltest/shop/Settings;->domain:Ljava/lang/String;
    return-void
.end method

.method public static only()Ltest/shop/Settings;
    .registers 1
    sget-object v0, Ltest/shop/Settings;->only:Ltest/shop/Settings;
    if-nez v0, :known
    new-instance v0, Ltest/shop/Settings;
    invoke-direct {v0}, Ltest/shop/Settings;-><init>()V
    sput-object v0, Ltest/shop/Settings;->only:Ltest/shop/Settings;
    :known
    return-object v0
.end method

.method public place()Ljava/lang/String;
    .registers 3
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    iget-object v1, p0, Ltest/shop/Settings;->zone:Ltest/shop/Zone;
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/Object;)Ljava/lang/StringBuilder;
    iget-object v1, p0, Ltest/shop/Settings;->domain:Ljava/lang/String;
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
