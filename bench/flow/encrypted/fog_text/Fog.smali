.class public Lf1/Fog;
.super Ljava/lang/Object;

.method public static decrypt(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    .registers 6
    :start
    const/4 v0, 0x2
    invoke-static {p0, v0}, Landroid/util/Base64;->decode(Ljava/lang/String;I)[B
    move-result-object v0
    const-string v1, "UTF-8"
    invoke-virtual {p1, v1}, Ljava/lang/String;->getBytes(Ljava/lang/String;)[B
    move-result-object v2
    invoke-static {v0, v2}, Lf1/Fog;->x([B[B)[B
    move-result-object v0
    new-instance v3, Ljava/lang/String;
    invoke-direct {v3, v0, v1}, Ljava/lang/String;-><init>([BLjava/lang/String;)V
    :stop
    .catch Ljava/io/UnsupportedEncodingException; {:start .. :stop} :caught
    return-object v3
    :caught
    move-exception v0
    new-instance v1, Ljava/lang/String;
    invoke-direct {v1}, Ljava/lang/String;-><init>()V
    return-object v1
.end method

.method private static x([B[B)[B
    .registers 8
    const/4 v0, 0x0
    array-length v1, p0
    array-length v2, p1
    :loop
    if-ge v0, v1, :end
    rem-int v3, v0, v2
    aget-byte v4, p0, v0
    aget-byte v5, p1, v3
    xor-int/2addr v4, v5
    int-to-byte v4, v4
    aput-byte v4, p0, v0
    add-int/lit8 v0, v0, 0x1
    goto :loop
    :end
    return-object p0
.end method

