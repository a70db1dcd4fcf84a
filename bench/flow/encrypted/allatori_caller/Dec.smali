.class public Ll2/Dec;
.super Ljava/lang/Object;

.method public static a(Ljava/lang/String;)Ljava/lang/String;
    .registers 9
    new-instance v0, Ljava/lang/Exception;
    invoke-direct {v0}, Ljava/lang/Exception;-><init>()V
    invoke-virtual {v0}, Ljava/lang/Exception;->getStackTrace()[Ljava/lang/StackTraceElement;
    move-result-object v0
    const/4 v1, 0x1
    aget-object v0, v0, v1
    new-instance v1, Ljava/lang/StringBuffer;
    invoke-virtual {v0}, Ljava/lang/StackTraceElement;->getClassName()Ljava/lang/String;
    move-result-object v2
    invoke-direct {v1, v2}, Ljava/lang/StringBuffer;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/lang/StackTraceElement;->getMethodName()Ljava/lang/String;
    move-result-object v2
    invoke-virtual {v1, v2}, Ljava/lang/StringBuffer;->append(Ljava/lang/String;)Ljava/lang/StringBuffer;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/StringBuffer;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/String;->length()I
    move-result v2
    invoke-virtual {p0}, Ljava/lang/String;->length()I
    move-result v3
    new-array v4, v3, [C
    const/4 v5, 0x0
    :loop
    if-ge v5, v3, :end
    invoke-virtual {p0, v5}, Ljava/lang/String;->charAt(I)C
    move-result v6
    rem-int v7, v5, v2
    invoke-virtual {v1, v7}, Ljava/lang/String;->charAt(I)C
    move-result v7
    xor-int/2addr v6, v7
    xor-int/lit8 v6, v6, 0x3
    int-to-char v6, v6
    aput-char v6, v4, v5
    add-int/lit8 v5, v5, 0x1
    goto :loop
    :end
    new-instance v0, Ljava/lang/String;
    invoke-direct {v0, v4}, Ljava/lang/String;-><init>([C)V
    return-object v0
.end method

