.class public Le1/Enigma;
.super Ljava/lang/Object;

.method public static enigmatization([B)Ljava/lang/String;
    .registers 6
    array-length v0, p0
    new-array v1, v0, [C
    const/4 v2, 0x0
    :loop
    if-ge v2, v0, :end
    aget-byte v3, p0, v2
    rem-int/lit8 v4, v2, 0x9
    sub-int/2addr v3, v4
    add-int/lit8 v3, v3, -0x1
    int-to-char v3, v3
    aput-char v3, v1, v2
    add-int/lit8 v2, v2, 0x1
    goto :loop
    :end
    invoke-static {v1}, Ljava/lang/String;->valueOf([C)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

