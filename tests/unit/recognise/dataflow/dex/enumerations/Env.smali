.class public final enum Ltest/shop/Env;
.super Ljava/lang/Enum;

.field public static final LIVE:Ltest/shop/Env;
.field public static final TRIAL:Ltest/shop/Env;

.method static constructor <clinit>()V
    .registers 3
    new-instance v0, Ltest/shop/Env;
    const-string v1, "LIVE"
    const/4 v2, 0x0
    invoke-direct {v0, v1, v2}, Ltest/shop/Env;-><init>(Ljava/lang/String;I)V
    sput-object v0, Ltest/shop/Env;->LIVE:Ltest/shop/Env;
    new-instance v0, Ltest/shop/Env;
    const-string v1, "TRIAL"
    const/4 v2, 0x1
    invoke-direct {v0, v1, v2}, Ltest/shop/Env;-><init>(Ljava/lang/String;I)V
    sput-object v0, Ltest/shop/Env;->TRIAL:Ltest/shop/Env;
    return-void
.end method

.method private constructor <init>(Ljava/lang/String;I)V
    .registers 3
    invoke-direct {p0, p1, p2}, Ljava/lang/Enum;-><init>(Ljava/lang/String;I)V
    return-void
.end method
