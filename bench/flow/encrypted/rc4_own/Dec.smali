.class public Lr2/Dec;
.super Ljava/lang/Object;

.method public static a(Ljava/lang/String;)Ljava/lang/String;
    .registers 11
    const/4 v0, 0x0
    invoke-static {p0, v0}, Landroid/util/Base64;->decode(Ljava/lang/String;I)[B
    move-result-object v0
    const-string v1, "wirekey"
    invoke-virtual {v1}, Ljava/lang/String;->getBytes()[B
    move-result-object v1
    const/16 v2, 0x100
    new-array v3, v2, [I
    const/4 v4, 0x0
    :fill
    if-ge v4, v2, :mix
    aput v4, v3, v4
    add-int/lit8 v4, v4, 0x1
    goto :fill
    :mix
    const/4 v4, 0x0
    const/4 v5, 0x0
    :mixing
    if-ge v4, v2, :stream
    aget v6, v3, v4
    add-int/2addr v5, v6
    array-length v7, v1
    rem-int v7, v4, v7
    aget-byte v7, v1, v7
    and-int/lit16 v7, v7, 0xff
    add-int/2addr v5, v7
    and-int/lit16 v5, v5, 0xff
    aget v7, v3, v5
    aput v7, v3, v4
    aput v6, v3, v5
    add-int/lit8 v4, v4, 0x1
    goto :mixing
    :stream
    const/4 v4, 0x0
    const/4 v5, 0x0
    const/4 v8, 0x0
    :next
    array-length v7, v0
    if-ge v8, v7, :done
    add-int/lit8 v4, v4, 0x1
    and-int/lit16 v4, v4, 0xff
    aget v6, v3, v4
    add-int/2addr v5, v6
    and-int/lit16 v5, v5, 0xff
    aget v7, v3, v5
    aput v7, v3, v4
    aput v6, v3, v5
    add-int/2addr v6, v7
    and-int/lit16 v6, v6, 0xff
    aget v6, v3, v6
    aget-byte v7, v0, v8
    xor-int/2addr v6, v7
    int-to-byte v6, v6
    aput-byte v6, v0, v8
    add-int/lit8 v8, v8, 0x1
    goto :next
    :done
    new-instance v1, Ljava/lang/String;
    const-string v2, "UTF-8"
    invoke-direct {v1, v0, v2}, Ljava/lang/String;-><init>([BLjava/lang/String;)V
    return-object v1
.end method

