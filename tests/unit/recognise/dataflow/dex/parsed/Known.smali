# Arrays in static fields: each element of the first is compared with a text, one of the second is asked.
.class public Ltest/shop/Known;
.super Ljava/lang/Object;

.field private static final KNOWN:[Ljava/lang/String;
.field private static final SERVERS:[Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 4
    const/4 v0, 0x1
    new-array v1, v0, [Ljava/lang/String;
    const/4 v2, 0x0
    const-string v3, "https://arraycompared.shop.test/a"
    aput-object v3, v1, v2
    sput-object v1, Ltest/shop/Known;->KNOWN:[Ljava/lang/String;
    new-array v1, v0, [Ljava/lang/String;
    const-string v3, "https://arrayasked.shop.test/a"
    aput-object v3, v1, v2
    sput-object v1, Ltest/shop/Known;->SERVERS:[Ljava/lang/String;
    return-void
.end method

.method public static knows(Ljava/lang/String;)Z
    .registers 5
    sget-object v0, Ltest/shop/Known;->KNOWN:[Ljava/lang/String;
    array-length v1, v0
    const/4 v2, 0x0
    :next
    if-ge v2, v1, :no
    aget-object v3, v0, v2
    invoke-virtual {p0, v3}, Ljava/lang/String;->startsWith(Ljava/lang/String;)Z
    move-result v3
    if-nez v3, :yes
    add-int/lit8 v2, v2, 0x1
    goto :next
    :yes
    const/4 v0, 0x1
    return v0
    :no
    const/4 v0, 0x0
    return v0
.end method

.method public static ask(I)V
    .registers 3
    sget-object v0, Ltest/shop/Known;->SERVERS:[Ljava/lang/String;
    aget-object v0, v0, p0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method
