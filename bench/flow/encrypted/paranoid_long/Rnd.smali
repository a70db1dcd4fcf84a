.class public Lp2/Rnd;
.super Ljava/lang/Object;

.method public static seed(J)J
    .registers 6
    const/16 v0, 0x21
    ushr-long v2, p0, v0
    xor-long/2addr p0, v2
    const-wide v2, 0x62A9D9ED799705F5L
    mul-long/2addr p0, v2
    const/16 v0, 0x1c
    ushr-long v2, p0, v0
    xor-long/2addr p0, v2
    const-wide v2, -0x34db2f5a3773ca4dL
    mul-long/2addr p0, v2
    const/16 v0, 0x20
    ushr-long/2addr p0, v0
    return-wide p0
.end method
.method private static rotl(SI)S
    .registers 4
    shl-int v0, p0, p1
    const v1, 0xffff
    and-int/2addr p0, v1
    rsub-int/lit8 p1, p1, 0x10
    ushr-int/2addr p0, p1
    or-int/2addr v0, p0
    int-to-short v0, v0
    return v0
.end method
.method public static next(J)J
    .registers 12
    const-wide/32 v0, 0xffff
    and-long v2, p0, v0
    long-to-int v2, v2
    int-to-short v2, v2
    const/16 v3, 0x10
    ushr-long v4, p0, v3
    and-long/2addr v4, v0
    long-to-int v3, v4
    int-to-short v3, v3
    add-int v4, v2, v3
    int-to-short v4, v4
    const/16 v5, 0x9
    invoke-static {v4, v5}, Lp2/Rnd;->rotl(SI)S
    move-result v4
    add-int/2addr v4, v2
    int-to-short v4, v4
    xor-int/2addr v3, v2
    int-to-short v3, v3
    const/16 v5, 0xd
    invoke-static {v2, v5}, Lp2/Rnd;->rotl(SI)S
    move-result v2
    xor-int/2addr v2, v3
    shl-int/lit8 v5, v3, 0x5
    xor-int/2addr v2, v5
    int-to-short v2, v2
    const/16 v5, 0xa
    invoke-static {v3, v5}, Lp2/Rnd;->rotl(SI)S
    move-result v3
    int-to-long v4, v4
    const/16 v8, 0x10
    shl-long/2addr v4, v8
    int-to-long v6, v3
    and-long/2addr v6, v0
    or-long/2addr v4, v6
    shl-long/2addr v4, v8
    int-to-long v6, v2
    and-long/2addr v6, v0
    or-long/2addr v4, v6
    return-wide v4
.end method

