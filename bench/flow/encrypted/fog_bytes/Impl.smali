.class public Lf2/Impl;
.super Ljava/lang/Object;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method public decrypt([B[B)Ljava/lang/String;
    .registers 5
    invoke-static {p1, p2}, Lf2/Impl;->x([B[B)[B
    move-result-object v0
    new-instance v1, Ljava/lang/String;
    sget-object p1, Ljava/nio/charset/StandardCharsets;->UTF_8:Ljava/nio/charset/Charset;
    invoke-direct {v1, v0, p1}, Ljava/lang/String;-><init>([BLjava/nio/charset/Charset;)V
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

