.class public Ln1/Dec;
.super Ljava/lang/Object;

.method public static a(Ljava/lang/String;J)Ljava/lang/String;
    .registers 10
    new-instance v0, Ljava/util/Random;
    invoke-direct {v0, p1, p2}, Ljava/util/Random;-><init>(J)V
    invoke-virtual {p0}, Ljava/lang/String;->toCharArray()[C
    move-result-object v1
    array-length v2, v1
    const/4 v3, 0x0
    :loop
    if-ge v3, v2, :end
    const/16 v4, 0x64
    invoke-virtual {v0, v4}, Ljava/util/Random;->nextInt(I)I
    move-result v4
    aget-char v5, v1, v3
    xor-int/2addr v4, v5
    int-to-char v4, v4
    aput-char v4, v1, v3
    add-int/lit8 v3, v3, 0x1
    goto :loop
    :end
    invoke-static {v1}, Ljava/lang/String;->valueOf([C)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

