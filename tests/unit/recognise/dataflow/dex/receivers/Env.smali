.class public final Ltest/receivers/Env;
.super Ljava/lang/Enum;

.field public static final PROD:Ltest/receivers/Env;

.method static constructor <clinit>()V
    .registers 3
    new-instance v0, Ltest/receivers/Env;
    const-string v1, "PROD"
    const/4 v2, 0x0
    invoke-direct {v0, v1, v2}, Ltest/receivers/Env;-><init>(Ljava/lang/String;I)V
    sput-object v0, Ltest/receivers/Env;->PROD:Ltest/receivers/Env;
    return-void
.end method

.method private constructor <init>(Ljava/lang/String;I)V
    .registers 3
    invoke-direct {p0, p1, p2}, Ljava/lang/Enum;-><init>(Ljava/lang/String;I)V
    return-void
.end method
