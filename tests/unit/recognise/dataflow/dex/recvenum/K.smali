.class final enum Ltest/recvenum/app/K;
.super Ljava/lang/Enum;
.annotation system Ldalvik/annotation/Signature;
    value = {
        "Ljava/lang/Enum<",
        "Ltest/recvenum/app/K;",
        ">;"
    }
.end annotation
.field private static final synthetic $VALUES:[Ltest/recvenum/app/K;
.field public static final enum A:Ltest/recvenum/app/K;
.field final c:Ljava/lang/Class;
    .annotation system Ldalvik/annotation/Signature;
        value = {
            "Ljava/lang/Class<",
            "+",
            "Landroid/content/BroadcastReceiver;",
            ">;"
        }
    .end annotation
.end field
.method private static synthetic $values()[Ltest/recvenum/app/K;
    .registers 1
    sget-object v0, Ltest/recvenum/app/K;->A:Ltest/recvenum/app/K;
    filled-new-array {v0}, [Ltest/recvenum/app/K;
    move-result-object v0
    return-object v0
.end method
.method static constructor <clinit>()V
    .registers 4
    new-instance v0, Ltest/recvenum/app/K;
    const/4 v1, 0x0
    const-class v2, Ltest/recvenum/app/Sync;
    const-string v3, "A"
    invoke-direct {v0, v3, v1, v2}, Ltest/recvenum/app/K;-><init>(Ljava/lang/String;ILjava/lang/Class;)V
    sput-object v0, Ltest/recvenum/app/K;->A:Ltest/recvenum/app/K;
    invoke-static {}, Ltest/recvenum/app/K;->$values()[Ltest/recvenum/app/K;
    move-result-object v0
    sput-object v0, Ltest/recvenum/app/K;->$VALUES:[Ltest/recvenum/app/K;
    return-void
.end method
.method private constructor <init>(Ljava/lang/String;ILjava/lang/Class;)V
    .registers 4
    .annotation system Ldalvik/annotation/Signature;
        value = {
            "(",
            "Ljava/lang/Class<",
            "+",
            "Landroid/content/BroadcastReceiver;",
            ">;)V"
        }
    .end annotation
    invoke-direct {p0, p1, p2}, Ljava/lang/Enum;-><init>(Ljava/lang/String;I)V
    iput-object p3, p0, Ltest/recvenum/app/K;->c:Ljava/lang/Class;
    return-void
.end method
.method public static valueOf(Ljava/lang/String;)Ltest/recvenum/app/K;
    .registers 2
    const-class v0, Ltest/recvenum/app/K;
    invoke-static {v0, p0}, Ljava/lang/Enum;->valueOf(Ljava/lang/Class;Ljava/lang/String;)Ljava/lang/Enum;
    move-result-object p0
    check-cast p0, Ltest/recvenum/app/K;
    return-object p0
.end method
.method public static values()[Ltest/recvenum/app/K;
    .registers 1
    sget-object v0, Ltest/recvenum/app/K;->$VALUES:[Ltest/recvenum/app/K;
    invoke-virtual {v0}, [Ltest/recvenum/app/K;->clone()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, [Ltest/recvenum/app/K;
    return-object v0
.end method
.method make()Landroid/content/BroadcastReceiver;
    .registers 2
    .annotation system Ldalvik/annotation/Throws;
        value = {
            Ljava/lang/Exception;
        }
    .end annotation
    iget-object v0, p0, Ltest/recvenum/app/K;->c:Ljava/lang/Class;
    invoke-virtual {v0}, Ljava/lang/Class;->newInstance()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroid/content/BroadcastReceiver;
    return-object v0
.end method
