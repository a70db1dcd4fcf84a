.class public Lp2/Helper;
.super Ljava/lang/Object;

.method private static charAt(I[Ljava/lang/String;J)J
    .registers 10
    invoke-static {p2, p3}, Lp2/Rnd;->next(J)J
    move-result-wide v0
    const/16 v2, 0x1fff
    div-int v3, p0, v2
    aget-object v3, p1, v3
    rem-int v4, p0, v2
    invoke-virtual {v3, v4}, Ljava/lang/String;->charAt(I)C
    move-result v3
    int-to-long v2, v3
    const/16 v4, 0x20
    shl-long/2addr v2, v4
    xor-long/2addr v0, v2
    return-wide v0
.end method
.method public static getString(J[Ljava/lang/String;)Ljava/lang/String;
    .registers 19
    const-wide v0, 0xffffffffL
    and-long v2, p0, v0
    invoke-static {v2, v3}, Lp2/Rnd;->seed(J)J
    move-result-wide v2
    invoke-static {v2, v3}, Lp2/Rnd;->next(J)J
    move-result-wide v2
    const/16 v4, 0x20
    ushr-long v6, v2, v4
    const-wide/32 v8, 0xffff
    and-long/2addr v6, v8
    invoke-static {v2, v3}, Lp2/Rnd;->next(J)J
    move-result-wide v2
    const/16 v5, 0x10
    ushr-long v10, v2, v5
    const-wide/32 v12, -0x10000
    and-long/2addr v10, v12
    ushr-long v12, p0, v4
    xor-long/2addr v12, v6
    xor-long/2addr v12, v10
    long-to-int v5, v12
    move-object/from16 v14, p2
    invoke-static {v5, v14, v2, v3}, Lp2/Helper;->charAt(I[Ljava/lang/String;J)J
    move-result-wide v2
    ushr-long v6, v2, v4
    and-long/2addr v6, v8
    long-to-int v10, v6
    new-array v11, v10, [C
    const/4 v12, 0x0
    :loop
    if-ge v12, v10, :end
    add-int v13, v5, v12
    add-int/lit8 v13, v13, 0x1
    invoke-static {v13, v14, v2, v3}, Lp2/Helper;->charAt(I[Ljava/lang/String;J)J
    move-result-wide v2
    ushr-long v6, v2, v4
    and-long/2addr v6, v8
    long-to-int v6, v6
    int-to-char v6, v6
    aput-char v6, v11, v12
    add-int/lit8 v12, v12, 0x1
    goto :loop
    :end
    new-instance v0, Ljava/lang/String;
    invoke-direct {v0, v11}, Ljava/lang/String;-><init>([C)V
    return-object v0
.end method

