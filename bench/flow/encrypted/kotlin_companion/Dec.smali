.class public Lkc/Dec;
.super Ljava/lang/Object;

.field public static final Companion:Lkc/Dec$Companion;
.method static constructor <clinit>()V
    .registers 2
    new-instance v0, Lkc/Dec$Companion;
    const/4 v1, 0x0
    invoke-direct {v0, v1}, Lkc/Dec$Companion;-><init>(Lkotlin/jvm/internal/DefaultConstructorMarker;)V
    sput-object v0, Lkc/Dec;->Companion:Lkc/Dec$Companion;
    return-void
.end method

