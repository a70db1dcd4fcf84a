# Arrays of hosts: code contacts one element, or compares all with the host of a link.
.class public Ltest/pool/Pools;
.super Ljava/lang/Object;

.field private static final BASES:[Ljava/lang/String;
.field private static final MODES:[Ljava/lang/String;
.field private static final SEEN:[Ljava/lang/String;
.field private static final LINKS:[Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 4
    # Another method contacts the first one
    const/4 v0, 0x2
    new-array v0, v0, [Ljava/lang/String;
    const/4 v1, 0x0
    const-string v2, "api-a.pool.test"
    aput-object v2, v0, v1
    const/4 v1, 0x1
    const-string v2, "api-b.spare.test"
    aput-object v2, v0, v1
    sput-object v0, Ltest/pool/Pools;->BASES:[Ljava/lang/String;

    # No hosts
    const/4 v0, 0x2
    new-array v0, v0, [Ljava/lang/String;
    const/4 v1, 0x0
    const-string v2, "fast"
    aput-object v2, v0, v1
    const/4 v1, 0x1
    const-string v2, "slow"
    aput-object v2, v0, v1
    sput-object v0, Ltest/pool/Pools;->MODES:[Ljava/lang/String;

    # Compared only, beside one that another method contacts
    const/4 v0, 0x2
    new-array v0, v0, [Ljava/lang/String;
    const/4 v1, 0x0
    const-string v2, "api-a.pool.test"
    aput-object v2, v0, v1
    const/4 v1, 0x1
    const-string v2, "seen.pool.test"
    aput-object v2, v0, v1
    sput-object v0, Ltest/pool/Pools;->SEEN:[Ljava/lang/String;

    # An unknown call gets them; the app opens the links of the first one
    const/4 v0, 0x2
    new-array v0, v0, [Ljava/lang/String;
    const/4 v1, 0x0
    const-string v2, "go.pool.test"
    aput-object v2, v0, v1
    const/4 v1, 0x1
    const-string v2, "open.pool.test"
    aput-object v2, v0, v1
    sput-object v0, Ltest/pool/Pools;->LINKS:[Ljava/lang/String;
    invoke-static {v0}, Ltest/pool/Links;->opens([Ljava/lang/String;)V
    return-void
.end method

.method public static fetch()V
    .registers 4
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v1, "https://"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    sget-object v1, Ltest/pool/Pools;->BASES:[Ljava/lang/String;
    const/4 v2, 0x0
    aget-object v1, v1, v2
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/v1/items"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method

.method public static isSeen(Landroid/net/Uri;)Z
    .registers 6
    invoke-virtual {p0}, Landroid/net/Uri;->getHost()Ljava/lang/String;
    move-result-object v0
    sget-object v1, Ltest/pool/Pools;->SEEN:[Ljava/lang/String;
    array-length v2, v1
    const/4 v3, 0x0
    :again
    if-ge v3, v2, :none
    aget-object v4, v1, v3
    invoke-virtual {v4, v0}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v4
    if-nez v4, :found
    add-int/lit8 v3, v3, 0x1
    goto :again
    :found
    const/4 v0, 0x1
    return v0
    :none
    const/4 v0, 0x0
    return v0
.end method
