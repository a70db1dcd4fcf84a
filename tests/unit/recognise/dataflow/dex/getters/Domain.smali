.class public Lcom/facebook/shop/Domain;
.super Ljava/lang/Object;

# A package of a known library, whose code is not followed; the first part of each host names the case.
.field private static volatile domain:Ljava/lang/String;
.field private static two:Ljava/lang/String;
.field private static final INITIAL:Ljava/lang/String; = "initial.test"

.method static constructor <clinit>()V
    .registers 2
    const-string v0, "shop.test"
    sput-object v0, Lcom/facebook/shop/Domain;->domain:Ljava/lang/String;
    const-string v0, "one.test"
    sput-object v0, Lcom/facebook/shop/Domain;->two:Ljava/lang/String;
    const-string v0, "two.test"
    sput-object v0, Lcom/facebook/shop/Domain;->two:Ljava/lang/String;
    return-void
.end method

.method public static get()Ljava/lang/String;
    .registers 1
    sget-object v0, Lcom/facebook/shop/Domain;->domain:Ljava/lang/String;
    return-object v0
.end method

.method public static getTwo()Ljava/lang/String;
    .registers 1
    sget-object v0, Lcom/facebook/shop/Domain;->two:Ljava/lang/String;
    return-object v0
.end method

.method public static getInitial()Ljava/lang/String;
    .registers 1
    sget-object v0, Lcom/facebook/shop/Domain;->INITIAL:Ljava/lang/String;
    return-object v0
.end method

.method public static own()Ljava/lang/String;
    .registers 1
    const-string v0, "own.test"
    return-object v0
.end method

# More than a getter
.method public static longer(I)Ljava/lang/String;
    .registers 2
    if-eqz p0, :other
    const-string v0, "longer.test"
    return-object v0
    :other
    const/4 v0, 0x0
    return-object v0
.end method
