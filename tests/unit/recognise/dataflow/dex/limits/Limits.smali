# Methods that would never end, or would take all memory: each ends at a limit of the interpreter.
.class public Lshop/Limits;
.super Ljava/lang/Object;

.method public static endless(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x1
    goto :loop
.end method

.method public static nested(I)Ljava/lang/String;
    .registers 2
    xor-int/lit8 p0, p0, 0x1
    invoke-static {p0}, Lshop/Limits;->nested(I)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public static array(I)Ljava/lang/String;
    .registers 3
    const v0, 0x7fffffff
    xor-int/2addr v0, p0
    new-array v0, v0, [B
    const-string v1, "made"
    return-object v1
.end method

.method public static doubled(Ljava/lang/String;)Ljava/lang/String;
    .registers 3
    const/4 v0, 0x1
    xor-int/lit8 v0, v0, 0x2
    :loop
    invoke-virtual {p0, p0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object p0
    goto :loop
.end method

.method public static repeated(Ljava/lang/String;)Ljava/lang/String;
    .registers 3
    const v0, 0x7fffffff
    mul-int v0, p0, v0
    invoke-virtual {p0, v0}, Ljava/lang/String;->repeat(I)Ljava/lang/String;
    move-result-object p0
    return-object p0
.end method

.method public static caught(I)Ljava/lang/String;
    .registers 3
    :start
    invoke-static {p0}, Lshop/Limits;->nested(I)Ljava/lang/String;
    move-result-object v0
    :stop
    .catchall {:start .. :stop} :all
    return-object v0
    :all
    move-exception v0
    const-string v0, "caught"
    return-object v0
.end method

.method public static file(Ljava/lang/String;)Ljava/lang/String;
    .registers 3
    new-instance v0, Ljava/io/File;
    invoke-direct {v0, p0}, Ljava/io/File;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/io/File;->getAbsolutePath()Ljava/lang/String;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/String;->length()I
    move-result v1
    xor-int/lit8 v1, v1, 0x2
    return-object v0
.end method

.method public static command(Ljava/lang/String;)Ljava/lang/String;
    .registers 3
    invoke-static {}, Ljava/lang/Runtime;->getRuntime()Ljava/lang/Runtime;
    move-result-object v0
    invoke-virtual {v0, p0}, Ljava/lang/Runtime;->exec(Ljava/lang/String;)Ljava/lang/Process;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public static reflected(Ljava/lang/String;)Ljava/lang/String;
    .registers 3
    const-string v0, "java.lang.Runtime"
    invoke-static {v0}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/Class;->getName()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public static own(Ljava/lang/String;)Ljava/lang/String;
    .registers 3
    const-string v0, "shop.Limits"
    invoke-static {v0}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/Class;->getSimpleName()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public static bytes([B)[B
    .registers 3
    const/4 v0, 0x0
    aget-byte v1, p0, v0
    xor-int/lit8 v1, v1, 0x20
    int-to-byte v1, v1
    aput-byte v1, p0, v0
    return-object p0
.end method

.method public static wide(JLjava/lang/String;)[C
    .registers 5
    long-to-int v0, p0
    invoke-virtual {p2}, Ljava/lang/String;->toCharArray()[C
    move-result-object v1
    const/4 p0, 0x0
    aput-char v0, v1, p0
    return-object v1
.end method

.method public static words(Ljava/lang/String;)[Ljava/lang/String;
    .registers 2
    const-string v0, ","
    invoke-virtual {p0, v0}, Ljava/lang/String;->split(Ljava/lang/String;)[Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
