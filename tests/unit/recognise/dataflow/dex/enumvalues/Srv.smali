.class final enum Ltest/enumvalues/app/Srv;
.super Ljava/lang/Enum;
.annotation system Ldalvik/annotation/Signature;
    value = {
        "Ljava/lang/Enum<",
        "Ltest/enumvalues/app/Srv;",
        ">;"
    }
.end annotation
.field private static final synthetic $VALUES:[Ltest/enumvalues/app/Srv;
.field public static final enum A:Ltest/enumvalues/app/Srv;
.field public static final enum B:Ltest/enumvalues/app/Srv;
.field final url:Ljava/lang/String;
.method private static synthetic $values()[Ltest/enumvalues/app/Srv;
    .registers 2
    sget-object v0, Ltest/enumvalues/app/Srv;->A:Ltest/enumvalues/app/Srv;
    sget-object v1, Ltest/enumvalues/app/Srv;->B:Ltest/enumvalues/app/Srv;
    filled-new-array {v0, v1}, [Ltest/enumvalues/app/Srv;
    move-result-object v0
    return-object v0
.end method
.method static constructor <clinit>()V
    .registers 4
    new-instance v0, Ltest/enumvalues/app/Srv;
    const/4 v1, 0x0
    const-string v2, "https://enumvalues.shop.test/a"
    const-string v3, "A"
    invoke-direct {v0, v3, v1, v2}, Ltest/enumvalues/app/Srv;-><init>(Ljava/lang/String;ILjava/lang/String;)V
    sput-object v0, Ltest/enumvalues/app/Srv;->A:Ltest/enumvalues/app/Srv;
    new-instance v0, Ltest/enumvalues/app/Srv;
    const/4 v1, 0x1
    const-string v2, "https://b.other.test/"
    const-string v3, "B"
    invoke-direct {v0, v3, v1, v2}, Ltest/enumvalues/app/Srv;-><init>(Ljava/lang/String;ILjava/lang/String;)V
    sput-object v0, Ltest/enumvalues/app/Srv;->B:Ltest/enumvalues/app/Srv;
    invoke-static {}, Ltest/enumvalues/app/Srv;->$values()[Ltest/enumvalues/app/Srv;
    move-result-object v0
    sput-object v0, Ltest/enumvalues/app/Srv;->$VALUES:[Ltest/enumvalues/app/Srv;
    return-void
.end method
.method private constructor <init>(Ljava/lang/String;ILjava/lang/String;)V
    .registers 4
    .annotation system Ldalvik/annotation/Signature;
        value = {
            "(",
            "Ljava/lang/String;",
            ")V"
        }
    .end annotation
    invoke-direct {p0, p1, p2}, Ljava/lang/Enum;-><init>(Ljava/lang/String;I)V
    iput-object p3, p0, Ltest/enumvalues/app/Srv;->url:Ljava/lang/String;
    return-void
.end method
.method public static valueOf(Ljava/lang/String;)Ltest/enumvalues/app/Srv;
    .registers 2
    const-class v0, Ltest/enumvalues/app/Srv;
    invoke-static {v0, p0}, Ljava/lang/Enum;->valueOf(Ljava/lang/Class;Ljava/lang/String;)Ljava/lang/Enum;
    move-result-object p0
    check-cast p0, Ltest/enumvalues/app/Srv;
    return-object p0
.end method
.method public static values()[Ltest/enumvalues/app/Srv;
    .registers 1
    sget-object v0, Ltest/enumvalues/app/Srv;->$VALUES:[Ltest/enumvalues/app/Srv;
    invoke-virtual {v0}, [Ltest/enumvalues/app/Srv;->clone()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, [Ltest/enumvalues/app/Srv;
    return-object v0
.end method
