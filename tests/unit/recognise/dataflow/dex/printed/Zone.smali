# The zone of a server, whose text is a part of a host.
.class public final enum Ltest/shop/Zone;
.super Ljava/lang/Enum;

.field private caption:Ljava/lang/String;
.field public static final enum STAGE:Ltest/shop/Zone;
.field public static final enum LIVE:Ltest/shop/Zone;

.method static constructor <clinit>()V
    .registers 4
    new-instance v0, Ltest/shop/Zone;
    const-string v1, "STAGE"
    const/4 v2, 0x0
    const-string v3, "stage."
    invoke-direct {v0, v1, v2, v3}, Ltest/shop/Zone;-><init>(Ljava/lang/String;ILjava/lang/String;)V
    sput-object v0, Ltest/shop/Zone;->STAGE:Ltest/shop/Zone;
    new-instance v0, Ltest/shop/Zone;
    const-string v1, "LIVE"
    const/4 v2, 0x1
    const-string v3, "live."
    invoke-direct {v0, v1, v2, v3}, Ltest/shop/Zone;-><init>(Ljava/lang/String;ILjava/lang/String;)V
    sput-object v0, Ltest/shop/Zone;->LIVE:Ltest/shop/Zone;
    return-void
.end method

.method private constructor <init>(Ljava/lang/String;ILjava/lang/String;)V
    .registers 4
    invoke-direct {p0, p1, p2}, Ljava/lang/Enum;-><init>(Ljava/lang/String;I)V
    iput-object p3, p0, Ltest/shop/Zone;->caption:Ljava/lang/String;
    return-void
.end method

.method public toString()Ljava/lang/String;
    .registers 2
    iget-object v0, p0, Ltest/shop/Zone;->caption:Ljava/lang/String;
    return-object v0
.end method
