.class public Ll1/Dec;
.super Ljava/lang/Object;

.method public static a(Ljava/lang/String;)Ljava/lang/String;
    .registers 8
    invoke-virtual {p0}, Ljava/lang/String;->length()I
    move-result v0
    new-array v1, v0, [C
    add-int/lit8 v0, v0, -0x1
    const/16 v2, 0x35
    const/16 v3, 0x5e
    :loop
    if-ltz v0, :end
    invoke-virtual {p0, v0}, Ljava/lang/String;->charAt(I)C
    move-result v4
    add-int/lit8 v5, v0, -0x1
    xor-int/2addr v4, v2
    int-to-char v4, v4
    aput-char v4, v1, v0
    if-gez v5, :second
    goto :end
    :second
    invoke-virtual {p0, v5}, Ljava/lang/String;->charAt(I)C
    move-result v4
    xor-int/2addr v4, v3
    int-to-char v4, v4
    aput-char v4, v1, v5
    add-int/lit8 v0, v5, -0x1
    goto :loop
    :end
    new-instance v0, Ljava/lang/String;
    invoke-direct {v0, v1}, Ljava/lang/String;-><init>([C)V
    return-object v0
.end method

