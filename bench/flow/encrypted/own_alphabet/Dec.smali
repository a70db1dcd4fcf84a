.class public Ls1/Dec;
.super Ljava/lang/Object;

.method public static a(Ljava/lang/String;)Ljava/lang/String;
    .registers 8
    const-string v0, "hijklmnopqrstuvwxyz0123456789:/.-abcdefg"
    const-string v1, "abcdefghijklmnopqrstuvwxyz0123456789:/.-"
    new-instance v2, Ljava/lang/StringBuilder;
    invoke-direct {v2}, Ljava/lang/StringBuilder;-><init>()V
    const/4 v3, 0x0
    :loop
    invoke-virtual {p0}, Ljava/lang/String;->length()I
    move-result v4
    if-ge v3, v4, :end
    invoke-virtual {p0, v3}, Ljava/lang/String;->charAt(I)C
    move-result v4
    invoke-virtual {v0, v4}, Ljava/lang/String;->indexOf(I)I
    move-result v4
    invoke-virtual {v1, v4}, Ljava/lang/String;->charAt(I)C
    move-result v4
    invoke-virtual {v2, v4}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    add-int/lit8 v3, v3, 0x1
    goto :loop
    :end
    invoke-virtual {v2}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

