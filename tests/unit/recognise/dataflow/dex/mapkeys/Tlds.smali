.class public Ltest/shop/Tlds;
.super Ljava/lang/Object;

.field private static final ALL:Ljava/util/Map;

.method static constructor <clinit>()V
    .registers 4
    new-instance v0, Ljava/util/HashMap;
    invoke-direct {v0}, Ljava/util/HashMap;-><init>()V
    sput-object v0, Ltest/shop/Tlds;->ALL:Ljava/util/Map;
    sget-object v0, Ltest/shop/Tlds;->ALL:Ljava/util/Map;
    const-string v1, "AU"
    const-string v2, "com.au.shop.test"
    invoke-interface {v0, v1, v2}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    sget-object v0, Ltest/shop/Tlds;->ALL:Ljava/util/Map;
    sget-object v1, Ljava/util/Locale;->CHINA:Ljava/util/Locale;
    invoke-virtual {v1}, Ljava/util/Locale;->getCountry()Ljava/lang/String;
    move-result-object v1
    const-string v2, "cn.shop.test"
    invoke-interface {v0, v1, v2}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    sget-object v0, Ltest/shop/Tlds;->ALL:Ljava/util/Map;
    sget-object v1, Ljava/util/Locale;->FRANCE:Ljava/util/Locale;
    invoke-virtual {v1}, Ljava/util/Locale;->getCountry()Ljava/lang/String;
    move-result-object v1
    const-string v2, "fr.shop.test"
    invoke-interface {v0, v1, v2}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method

.method private static of(Ljava/util/Map;)Ljava/lang/String;
    .registers 3
    invoke-static {}, Ljava/util/Locale;->getDefault()Ljava/util/Locale;
    move-result-object v0
    invoke-virtual {v0}, Ljava/util/Locale;->getCountry()Ljava/lang/String;
    move-result-object v0
    invoke-interface {p0, v0}, Ljava/util/Map;->get(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ljava/lang/String;
    if-nez v0, :known
    const-string v0, "com.shop.test"
    :known
    return-object v0
.end method

.method public static products(Ljava/lang/String;)V
    .registers 4
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "http://www."
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    sget-object v1, Ltest/shop/Tlds;->ALL:Ljava/util/Map;
    invoke-static {v1}, Ltest/shop/Tlds;->of(Ljava/util/Map;)Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/m/products"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
