.class public Lz1/Api;
.super Ljava/lang/Object;

.field private static final z:[Ljava/lang/String;
.method static constructor <clinit>()V
    .registers 4
    const/4 v0, 3
    new-array v0, v0, [Ljava/lang/String;
    const/4 v1, 0x0
    const-string v2, "V&~"
    invoke-virtual {v2}, Ljava/lang/String;->toCharArray()[C
    move-result-object v2
    invoke-static {v2}, Lz1/Api;->z([C)Ljava/lang/String;
    move-result-object v2
    aput-object v2, v0, v1
    add-int/lit8 v1, v1, 0x1
    const-string v2, "y\u0017^w\u0022+L\u0005}:|R\u0004t9~\u0013\u0004s4b\u0017\u0005q`>\u0011Et%t\u0011"
    invoke-virtual {v2}, Ljava/lang/String;->toCharArray()[C
    move-result-object v2
    invoke-static {v2}, Lz1/Api;->z([C)Ljava/lang/String;
    move-result-object v2
    aput-object v2, v0, v1
    add-int/lit8 v1, v1, 0x1
    const-string v2, "e\u000cAb?"
    invoke-virtual {v2}, Ljava/lang/String;->toCharArray()[C
    move-result-object v2
    invoke-static {v2}, Lz1/Api;->z([C)Ljava/lang/String;
    move-result-object v2
    aput-object v2, v0, v1
    add-int/lit8 v1, v1, 0x1
    sput-object v0, Lz1/Api;->z:[Ljava/lang/String;
    return-void
.end method
.method private static z([C)Ljava/lang/String;
    .registers 5
    array-length v0, p0
    const/4 v1, 0x0
    :loop
    if-ge v1, v0, :end
    aget-char v2, p0, v1
    rem-int/lit8 v3, v1, 0x5
    packed-switch v3, :keys
    const/16 v3, 0x51
    goto :mix
    :zero
    const/16 v3, 0x11
    goto :mix
    :one
    const/16 v3, 0x63
    goto :mix
    :two
    const/16 v3, 0x2a
    goto :mix
    :three
    const/4 v3, 0x7
    :mix
    xor-int/2addr v2, v3
    int-to-char v2, v2
    aput-char v2, p0, v1
    add-int/lit8 v1, v1, 0x1
    goto :loop
    :end
    new-instance v0, Ljava/lang/String;
    invoke-direct {v0, p0}, Ljava/lang/String;-><init>([C)V
    invoke-virtual {v0}, Ljava/lang/String;->intern()Ljava/lang/String;
    move-result-object v0
    return-object v0
    :keys
    .packed-switch 0x0
        :zero
        :one
        :two
        :three
    .end packed-switch
.end method
.method public static load()V
    .registers 2
    sget-object v0, Lz1/Api;->z:[Ljava/lang/String;
    const/4 v1, 0x1
    aget-object v0, v0, v1
    invoke-static {v0}, Lz1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

