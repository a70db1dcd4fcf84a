.class public Lg1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const/4 v0, 0x3
    const/16 v1, 33
    const/16 v2, 85
    invoke-static {v0, v1, v2}, Lg1/Api;->$(III)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lg1/Net;->open(Ljava/lang/String;)V
    return-void
.end method
.field private static final $:[B
.method static constructor <clinit>()V
    .registers 1
    const/16 v0, 36
    new-array v0, v0, [B
    fill-array-data v0, :data
    sput-object v0, Lg1/Api;->$:[B
    return-void
    nop
    :data
    .array-data 1
        9t
        -4t
        77t
        19t
        12t
        0t
        -4t
        3t
        -57t
        -11t
        0t
        53t
        1t
        19t
        -17t
        -54t
        -3t
        69t
        -11t
        7t
        1t
        -66t
        70t
        -15t
        14t
        1t
        -69t
        71t
        -69t
        -2t
        72t
        -22t
        11t
        0t
        -7t
        15t
    .end array-data
.end method
.method private static $(III)Ljava/lang/String;
    .registers 9
    sget-object v0, Lg1/Api;->$:[B
    new-array v1, p1, [B
    const/4 v2, 0x0
    :loop
    if-ge v2, p1, :end
    add-int v3, p0, v2
    aget-byte v3, v0, v3
    add-int/2addr p2, v3
    int-to-byte v3, p2
    aput-byte v3, v1, v2
    add-int/lit8 v2, v2, 0x1
    goto :loop
    :end
    new-instance v0, Ljava/lang/String;
    const/4 v2, 0x0
    invoke-direct {v0, v1, v2}, Ljava/lang/String;-><init>([BI)V
    return-object v0
.end method

