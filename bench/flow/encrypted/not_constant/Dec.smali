.class public Lv1/Dec;
.super Ljava/lang/Object;

.method public static a(Ljava/lang/String;)Ljava/lang/String;
    .registers 8
    sget-object v0, Landroid/os/Build;->MODEL:Ljava/lang/String;
    invoke-virtual {v0}, Ljava/lang/String;->hashCode()I
    move-result v0
    invoke-virtual {p0}, Ljava/lang/String;->toCharArray()[C
    move-result-object v1
    const/4 v2, 0x0
    aget-char v3, v1, v2
    xor-int/2addr v3, v0
    int-to-char v3, v3
    aput-char v3, v1, v2
    invoke-static {v1}, Ljava/lang/String;->valueOf([C)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

