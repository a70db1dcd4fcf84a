.class public Lz3/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const/16 v0, 23088
    const/16 v1, -8721
    invoke-static {v0, v1}, Lz3/Api;->a(II)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lz3/Net;->open(Ljava/lang/String;)V
    return-void
.end method
.field private static final b:[Ljava/lang/String;
.field private static final c:[Ljava/lang/String;
.method static constructor <clinit>()V
    .registers 4
    const/4 v0, 0x2
    new-array v1, v0, [Ljava/lang/String;
    sput-object v1, Lz3/Api;->c:[Ljava/lang/String;
    const-string v1, "zz"
    const-string v2, "\u0098\u0085\u0086\u0083\u0087\u00cf\u00d9\u00df\u008b\u0099\u009e\u00c7\u00db\u0085\u0098\u009e\u0082\u00dd\u0080\u0090\u0085\u0084\u00de\u0084\u00c2\u00db\u0087\u0099\u0083\u0085\u0097\u0081"
    filled-new-array {v1, v2}, [Ljava/lang/String;
    move-result-object v1
    sput-object v1, Lz3/Api;->b:[Ljava/lang/String;
    return-void
.end method
.method private static a(II)Ljava/lang/String;
    .registers 10
    xor-int/lit16 v0, p0, 23089
    const v1, 0xffff
    and-int/2addr v0, v1
    sget-object v1, Lz3/Api;->c:[Ljava/lang/String;
    aget-object v2, v1, v0
    if-nez v2, :cached
    sget-object v2, Lz3/Api;->b:[Ljava/lang/String;
    aget-object v2, v2, v0
    invoke-virtual {v2}, Ljava/lang/String;->toCharArray()[C
    move-result-object v2
    and-int/lit16 v3, p1, 0xff
    const/16 v4, 31
    xor-int/2addr v3, v4
    array-length v4, v2
    const/4 v5, 0x0
    :loop
    if-ge v5, v4, :end
    aget-char v6, v2, v5
    xor-int/2addr v6, v3
    rem-int/lit8 v7, v5, 0x7
    xor-int/2addr v6, v7
    int-to-char v6, v6
    aput-char v6, v2, v5
    add-int/lit8 v5, v5, 0x1
    goto :loop
    :end
    new-instance v4, Ljava/lang/String;
    invoke-direct {v4, v2}, Ljava/lang/String;-><init>([C)V
    aput-object v4, v1, v0
    :cached
    aget-object v0, v1, v0
    return-object v0
.end method

