.class public Lo1/O;
.super Ljava/lang/Object;

.method public static d(Ljava/lang/String;I)Ljava/lang/String;
    .registers 7
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-virtual {p0}, Ljava/lang/String;->length()I
    move-result v1
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(I)V
    invoke-virtual {p0}, Ljava/lang/String;->toCharArray()[C
    move-result-object v2
    const/4 v3, 0x0
    :loop
    if-ge v3, v1, :end
    aget-char v4, v2, v3
    sub-int/2addr v4, p1
    int-to-char v4, v4
    invoke-virtual {v0, v4}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    add-int/lit8 v3, v3, 0x1
    goto :loop
    :end
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

