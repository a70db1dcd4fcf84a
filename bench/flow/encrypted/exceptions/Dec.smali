.class public Lc1/Dec;
.super Ljava/lang/Object;

.method public static a(Ljava/lang/String;)Ljava/lang/String;
    .registers 8
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const/4 v1, 0x0
    :loop
    :start
    invoke-virtual {p0, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    :stop
    .catch Ljava/lang/IndexOutOfBoundsException; {:start .. :stop} :caught
    xor-int/lit8 v2, v2, 0x9
    int-to-char v2, v2
    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    add-int/lit8 v1, v1, 0x1
    goto :loop
    :caught
    move-exception v1
    :dstart
    const/4 v2, 0x0
    div-int v2, v2, v2
    :dstop
    .catch Ljava/lang/ArithmeticException; {:dstart .. :dstop} :done
    const/4 v0, 0x0
    return-object v0
    :done
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

