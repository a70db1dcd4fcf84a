.class public Lf3/Dec;
.super Ljava/lang/Object;

.method public static a(Ljava/lang/String;)Ljava/lang/String;
    .registers 6
    invoke-static {p0}, Lf3/Dec;->h(Ljava/lang/String;)[B
    move-result-object v0
    const/4 v1, 0x0
    array-length v2, v0
    :loop
    if-ge v1, v2, :end
    mul-int/lit8 v3, v1, 0x7
    add-int/lit8 v3, v3, 0x3
    aget-byte v4, v0, v1
    xor-int/2addr v3, v4
    int-to-byte v3, v3
    aput-byte v3, v0, v1
    add-int/lit8 v1, v1, 0x1
    goto :loop
    :end
    new-instance v1, Ljava/lang/String;
    invoke-direct {v1, v0}, Ljava/lang/String;-><init>([B)V
    return-object v1
.end method

.method private static h(Ljava/lang/String;)[B
    .registers 8
    invoke-virtual {p0}, Ljava/lang/String;->length()I
    move-result v0
    div-int/lit8 v1, v0, 0x2
    new-array v1, v1, [B
    const/4 v2, 0x0
    :loop
    if-ge v2, v0, :end
    invoke-virtual {p0, v2}, Ljava/lang/String;->charAt(I)C
    move-result v3
    const/16 v4, 0x10
    invoke-static {v3, v4}, Ljava/lang/Character;->digit(CI)I
    move-result v3
    shl-int/lit8 v3, v3, 0x4
    add-int/lit8 v5, v2, 0x1
    invoke-virtual {p0, v5}, Ljava/lang/String;->charAt(I)C
    move-result v5
    invoke-static {v5, v4}, Ljava/lang/Character;->digit(CI)I
    move-result v5
    add-int/2addr v3, v5
    int-to-byte v3, v3
    div-int/lit8 v5, v2, 0x2
    aput-byte v3, v1, v5
    add-int/lit8 v2, v2, 0x2
    goto :loop
    :end
    return-object v1
.end method

