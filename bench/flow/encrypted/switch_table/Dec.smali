.class public Lw1/Dec;
.super Ljava/lang/Object;

.method public static a(I)Ljava/lang/String;
    .registers 5
    sparse-switch p0, :cases
    const-string v0, ""
    goto :decode
    :one
    const-string v0, "xcD@SDS\u0001"
    goto :decode
    :two
    const-string v0, "IUUQR\u001b\u000e\u000eRVHUBI\u000fRINQ\u000fUDRU\u000eW\u0010\u000eB@RD"
    :decode
    invoke-virtual {v0}, Ljava/lang/String;->toCharArray()[C
    move-result-object v0
    const/4 v1, 0x0
    :loop
    array-length v2, v0
    if-ge v1, v2, :end
    aget-char v2, v0, v1
    const/16 v3, 0x21
    xor-int/2addr v2, v3
    int-to-char v2, v2
    aput-char v2, v0, v1
    add-int/lit8 v1, v1, 0x1
    goto :loop
    :end
    invoke-static {v0}, Ljava/lang/String;->copyValueOf([C)Ljava/lang/String;
    move-result-object v0
    return-object v0
    :cases
    .sparse-switch
        0x12 -> :one
        0x7f0b0012 -> :two
    .end sparse-switch
.end method

