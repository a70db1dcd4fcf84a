# Constants in fields: initial values, values put by initialisers, and a field that is written twice.
.class public Ltest/shop/Config;
.super Ljava/lang/Object;

.field public static BASE:Ljava/lang/String; = "https://static.shop.test/api"
.field public static HOST:Ljava/lang/String;
.field public static PORT:I = 0x1d97
.field public static CHANGED:Ljava/lang/String;
.field private root:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 1
    const-string v0, "broker.shop.test"
    sput-object v0, Ltest/shop/Config;->HOST:Ljava/lang/String;
    const-string v0, "https://one.shop.test"
    sput-object v0, Ltest/shop/Config;->CHANGED:Ljava/lang/String;
    return-void
.end method

.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "https://own.shop.test"
    iput-object v0, p0, Ltest/shop/Config;->root:Ljava/lang/String;
    return-void
.end method

.method static change()V
    .registers 1
    const-string v0, "https://two.shop.test"
    sput-object v0, Ltest/shop/Config;->CHANGED:Ljava/lang/String;
    return-void
.end method

.method own()Ljava/lang/String;
    .registers 3
    iget-object v0, p0, Ltest/shop/Config;->root:Ljava/lang/String;
    const-string v1, "/inbox"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
