.class Ltest/listobject/app/Srv;
.super Ljava/lang/Object;
.field static final A:Ltest/listobject/app/Srv;
.field static final ALL:Ljava/util/List;
    .annotation system Ldalvik/annotation/Signature;
        value = {
            "Ljava/util/List<",
            "Ltest/listobject/app/Srv;",
            ">;"
        }
    .end annotation
.end field
.field static final B:Ltest/listobject/app/Srv;
.field static final D:Ltest/listobject/app/Srv;
.field private final n:Ljava/lang/String;
.field private final u:Ljava/lang/String;
.method static constructor <clinit>()V
    .registers 3
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    sput-object v0, Ltest/listobject/app/Srv;->ALL:Ljava/util/List;
    new-instance v0, Ltest/listobject/app/Srv;
    const-string v1, "a"
    const-string v2, "https://listobject.shop.test/a"
    invoke-direct {v0, v1, v2}, Ltest/listobject/app/Srv;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    sput-object v0, Ltest/listobject/app/Srv;->A:Ltest/listobject/app/Srv;
    new-instance v0, Ltest/listobject/app/Srv;
    const-string v1, "b"
    const-string v2, "https://b.other.test/"
    invoke-direct {v0, v1, v2}, Ltest/listobject/app/Srv;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    sput-object v0, Ltest/listobject/app/Srv;->B:Ltest/listobject/app/Srv;
    new-instance v0, Ltest/listobject/app/Srv;
    const-string v1, "c"
    const-string v2, "https://c.other.test/"
    invoke-direct {v0, v1, v2}, Ltest/listobject/app/Srv;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    sput-object v0, Ltest/listobject/app/Srv;->D:Ltest/listobject/app/Srv;
    return-void
.end method
.method constructor <init>(Ljava/lang/String;Ljava/lang/String;)V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/listobject/app/Srv;->n:Ljava/lang/String;
    iput-object p2, p0, Ltest/listobject/app/Srv;->u:Ljava/lang/String;
    sget-object p1, Ltest/listobject/app/Srv;->ALL:Ljava/util/List;
    invoke-interface {p1, p0}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    return-void
.end method
.method url()Ljava/lang/String;
    .registers 2
    iget-object v0, p0, Ltest/listobject/app/Srv;->u:Ljava/lang/String;
    return-object v0
.end method
