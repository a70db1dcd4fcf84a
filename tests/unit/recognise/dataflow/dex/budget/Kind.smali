# An enumeration with a path for each value, as in the routes of a map service: each constructor gives its object a value.
.class public Lshop/Kind;
.super Ljava/lang/Object;
.field public static final foot:Lshop/Kind;
.field public static final bike:Lshop/Kind;
.field public static final car:Lshop/Kind;
.field public static final boat:Lshop/Kind;
.field public static final wheelchair:Lshop/Kind;
.field private path:Ljava/lang/String;
.field private kind:Lshop/Kind;

.method constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lshop/Kind;->path:Ljava/lang/String;
    return-void
.end method

.method static constructor <clinit>()V
    .registers 2
    new-instance v0, Lshop/Kind;
    const-string v1, "foot"
    invoke-direct {v0, v1}, Lshop/Kind;-><init>(Ljava/lang/String;)V
    sput-object v0, Lshop/Kind;->foot:Lshop/Kind;
    new-instance v0, Lshop/Kind;
    const-string v1, "bike"
    invoke-direct {v0, v1}, Lshop/Kind;-><init>(Ljava/lang/String;)V
    sput-object v0, Lshop/Kind;->bike:Lshop/Kind;
    new-instance v0, Lshop/Kind;
    const-string v1, "car"
    invoke-direct {v0, v1}, Lshop/Kind;-><init>(Ljava/lang/String;)V
    sput-object v0, Lshop/Kind;->car:Lshop/Kind;
    new-instance v0, Lshop/Kind;
    const-string v1, "boat"
    invoke-direct {v0, v1}, Lshop/Kind;-><init>(Ljava/lang/String;)V
    sput-object v0, Lshop/Kind;->boat:Lshop/Kind;
    new-instance v0, Lshop/Kind;
    const-string v1, "wheelchair"
    invoke-direct {v0, v1}, Lshop/Kind;-><init>(Ljava/lang/String;)V
    sput-object v0, Lshop/Kind;->wheelchair:Lshop/Kind;
    return-void
.end method

.method public open()V
    .registers 4
    const-string v0, "https://routes.test/v2/"
    iget-object v1, p0, Lshop/Kind;->path:Ljava/lang/String;
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v2, Ljava/net/URL;
    invoke-direct {v2, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    return-void
.end method
