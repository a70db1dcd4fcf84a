.class public Ltest/shop/Shop;
.super Ljava/lang/Object;

# What an optimising compiler writes: builders give their text by Object.toString. Class Prices is as it was before.
.field private static items:Ljava/lang/String;
.field private static count:I

.method static constructor <clinit>()V
    .registers 2
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://%sstock.%s/v1/"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const-string v1, "items"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0
    sput-object v0, Ltest/shop/Shop;->items:Ljava/lang/String;
    const/4 v0, 0x1
    sput v0, Ltest/shop/Shop;->count:I
    return-void
.end method

.method public static items()Ljava/lang/String;
    .registers 4
    sget-object v0, Ltest/shop/Shop;->items:Ljava/lang/String;
    const-string v1, "eu-"
    const-string v2, "shop.test"
    filled-new-array {v1, v2}, [Ljava/lang/Object;
    move-result-object v1
    invoke-static {v0, v1}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public static carts()Ljava/lang/String;
    .registers 2
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v1, "http://"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "carts.shop.test"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/v2"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

# The address is also the beginning of a longer text, which nobody reads as a text.
.method public static orders(Ljava/io/Writer;)Ljava/net/URL;
    .registers 5
    const-string v0, "https://orders."
    const-string v1, "shop.test/v3"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/lang/StringBuilder;
    invoke-direct {v1, v0}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const-string v2, " is requested"
    invoke-virtual {v1, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {p0, v1}, Ljava/io/Writer;->append(Ljava/lang/CharSequence;)Ljava/io/Writer;
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    return-object v1
.end method

# The same at the end of a line of a log.
.method public static returns(Ljava/io/Writer;)Ljava/lang/String;
    .registers 5
    const-string v0, "https://returns."
    const-string v1, "shop.test/v4"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/lang/StringBuilder;
    const-string v2, "request: "
    invoke-direct {v1, v2}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1, v0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {p0, v1}, Ljava/io/Writer;->append(Ljava/lang/CharSequence;)Ljava/io/Writer;
    return-object v0
.end method
