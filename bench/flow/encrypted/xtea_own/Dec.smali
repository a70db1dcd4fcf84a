.class public Lt1/Dec;
.super Ljava/lang/Object;

.method public static a(Ljava/lang/String;)Ljava/lang/String;
    .registers 12
    const/4 v0, 0x0
    invoke-static {p0, v0}, Landroid/util/Base64;->decode(Ljava/lang/String;I)[B
    move-result-object v0
    invoke-static {v0}, Ljava/nio/ByteBuffer;->wrap([B)Ljava/nio/ByteBuffer;
    move-result-object v1
    array-length v2, v0
    invoke-static {v2}, Ljava/nio/ByteBuffer;->allocate(I)Ljava/nio/ByteBuffer;
    move-result-object v2
    const/4 v3, 0x4
    new-array v3, v3, [I
    fill-array-data v3, :key
    :blocks
    invoke-virtual {v1}, Ljava/nio/ByteBuffer;->hasRemaining()Z
    move-result v4
    if-eqz v4, :done
    invoke-virtual {v1}, Ljava/nio/ByteBuffer;->getInt()I
    move-result v4
    invoke-virtual {v1}, Ljava/nio/ByteBuffer;->getInt()I
    move-result v5
    const v6, 0x9e3779b9
    mul-int/lit8 v7, v6, 0x20
    :rounds
    if-eqz v7, :store
    shl-int/lit8 v8, v4, 0x4
    ushr-int/lit8 v9, v4, 0x5
    xor-int/2addr v8, v9
    add-int/2addr v8, v4
    ushr-int/lit8 v9, v7, 0xb
    and-int/lit8 v9, v9, 0x3
    aget v9, v3, v9
    add-int/2addr v9, v7
    xor-int/2addr v8, v9
    sub-int/2addr v5, v8
    sub-int/2addr v7, v6
    shl-int/lit8 v8, v5, 0x4
    ushr-int/lit8 v9, v5, 0x5
    xor-int/2addr v8, v9
    add-int/2addr v8, v5
    and-int/lit8 v9, v7, 0x3
    aget v9, v3, v9
    add-int/2addr v9, v7
    xor-int/2addr v8, v9
    sub-int/2addr v4, v8
    goto :rounds
    :store
    invoke-virtual {v2, v4}, Ljava/nio/ByteBuffer;->putInt(I)Ljava/nio/ByteBuffer;
    invoke-virtual {v2, v5}, Ljava/nio/ByteBuffer;->putInt(I)Ljava/nio/ByteBuffer;
    goto :blocks
    :done
    new-instance v4, Ljava/lang/String;
    invoke-virtual {v2}, Ljava/nio/ByteBuffer;->array()[B
    move-result-object v5
    invoke-direct {v4, v5}, Ljava/lang/String;-><init>([B)V
    invoke-virtual {v4}, Ljava/lang/String;->trim()Ljava/lang/String;
    move-result-object v4
    return-object v4
    nop
    :key
    .array-data 4
        1936291956
        1701146157
        1652126821
        762013049
    .end array-data
.end method

