.class public Lf2/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const/16 v0, 30
    new-array v0, v0, [B
    fill-array-data v0, :data
    const/4 v1, 3
    new-array v1, v1, [B
    fill-array-data v1, :key
    invoke-static {v0, v1}, Lf2/StringFog;->decrypt([B[B)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lf2/Net;->open(Ljava/lang/String;)V
    return-void
    nop
    :data
    .array-data 1
        123t
        35t
        -17t
        99t
        36t
        -95t
        60t
        120t
        -3t
        124t
        48t
        -87t
        61t
        36t
        -13t
        124t
        39t
        -75t
        103t
        50t
        -24t
        103t
        120t
        -19t
        33t
        120t
        -8t
        114t
        37t
        -17t
    .end array-data
    :key
    .array-data 1
        19t
        87t
        -101t
    .end array-data
.end method

