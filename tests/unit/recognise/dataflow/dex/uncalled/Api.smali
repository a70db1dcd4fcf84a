.class public Ltest/shop/app/Api;
.super Ljava/lang/Object;

.field public static home:Ljava/lang/String;
.field public static old:Ljava/lang/String;
.field public static both:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 1
    const-string v0, "https://home.shop.test/"
    sput-object v0, Ltest/shop/app/Api;->home:Ljava/lang/String;
    const-string v0, "https://old.shop.test/"
    sput-object v0, Ltest/shop/app/Api;->old:Ljava/lang/String;
    const-string v0, "https://both.shop.test/"
    sput-object v0, Ltest/shop/app/Api;->both:Ljava/lang/String;
    return-void
.end method

.method public static unused()V
    .registers 2
    const-string v0, "https://unused.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static used()V
    .registers 2
    const-string v0, "https://used.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static behind()V
    .registers 2
    const-string v0, "https://behind.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static before()V
    .registers 2
    invoke-static {}, Ltest/shop/app/Api;->behind()V
    return-void
.end method

.method public static first()V
    .registers 2
    const-string v0, "https://cycle.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    invoke-static {}, Ltest/shop/app/Api;->second()V
    return-void
.end method

.method public static second()V
    .registers 2
    invoke-static {}, Ltest/shop/app/Api;->first()V
    return-void
.end method

.method public static byName()V
    .registers 2
    const-string v0, "https://byname.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static annotated()V
    .registers 2
    .annotation runtime Ltest/shop/app/Called;
    .end annotation
    const-string v0, "https://annotated.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static described()V
    .registers 2
    .annotation build Lorg/jetbrains/annotations/NotNull;
    .end annotation
    .annotation runtime Ljava/lang/Deprecated;
    .end annotation
    const-string v0, "https://described.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static kept()V
    .registers 2
    .annotation build Landroidx/annotation/NonNull;
    .end annotation
    .annotation build Landroidx/annotation/Keep;
    .end annotation
    const-string v0, "https://kept.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static twice()V
    .registers 2
    const-string v0, "https://twice.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static twiceUsed()V
    .registers 2
    const-string v0, "https://twice.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static readOld()V
    .registers 2
    sget-object v0, Ltest/shop/app/Api;->old:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static readHome()V
    .registers 2
    sget-object v0, Ltest/shop/app/Api;->home:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static readBoth()V
    .registers 2
    sget-object v0, Ltest/shop/app/Api;->both:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static readBothUsed()V
    .registers 2
    sget-object v0, Ltest/shop/app/Api;->both:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
