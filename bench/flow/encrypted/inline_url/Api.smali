.class public Lin2/Api;
.super Ljava/lang/Object;

.field private c:Ljava/net/URLConnection;
.method public load(Landroid/content/Context;)V
    .registers 8
    const/16 v0, 30
    new-array v0, v0, [B
    fill-array-data v0, :data
    array-length v1, v0
    const/4 v2, 0x0
    :loop
    if-ge v2, v1, :end
    aget-byte v3, v0, v2
    xor-int/lit8 v3, v3, 0x4b
    int-to-byte v3, v3
    aput-byte v3, v0, v2
    add-int/lit8 v2, v2, 0x1
    goto :loop
    :end
    new-instance v1, Ljava/lang/String;
    invoke-direct {v1, v0}, Ljava/lang/String;-><init>([B)V
    new-instance v2, Ljava/net/URL;
    invoke-direct {v2, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v2}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    move-result-object v2
    iput-object v2, p0, Lin2/Api;->c:Ljava/net/URLConnection;
    return-void
    nop
    :data
    .array-data 1
        35t
        63t
        63t
        59t
        56t
        113t
        100t
        100t
        34t
        37t
        39t
        34t
        37t
        46t
        121t
        101t
        56t
        35t
        36t
        59t
        101t
        63t
        46t
        56t
        63t
        100t
        61t
        122t
        100t
        41t
    .end array-data
.end method

