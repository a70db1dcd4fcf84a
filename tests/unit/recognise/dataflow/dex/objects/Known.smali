# A list of objects that code asks
.class public Ltest/shop/Known;
.super Ljava/lang/Object;

.field static final ALL:Ljava/util/List;
.field private final endPoint:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 1
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    sput-object v0, Ltest/shop/Known;->ALL:Ljava/util/List;
    return-void
.end method

.method constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/shop/Known;->endPoint:Ljava/lang/String;
    invoke-static {p0}, Ltest/shop/Known;->add(Ljava/lang/Object;)V
    return-void
.end method

.method static add(Ljava/lang/Object;)V
    .registers 2
    sget-object v0, Ltest/shop/Known;->ALL:Ljava/util/List;
    invoke-interface {v0, p0}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    return-void
.end method
