# A method that is called often and gives nothing for unknown texts, but something for known ones.
.class public Lshop/Calls;
.super Ljava/lang/Object;

.method public static trimmed(Ljava/lang/String;)Ljava/lang/String;
    .registers 2
    invoke-static {p0}, Lshop/Unseen;->changed(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public static named(Ljava/lang/String;)Ljava/lang/String;
    .registers 2
    return-object p0
.end method

.method private static open(Ljava/lang/String;Ljava/lang/String;)V
    .registers 5
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    invoke-virtual {v0, p0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0, p1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    new-instance v2, Ljava/net/URL;
    invoke-direct {v2, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    return-void
.end method

.method public static unknown1(Ljava/lang/String;)V
    .registers 3
    invoke-static {p0}, Lshop/Calls;->trimmed(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://unknown1.test/"
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    invoke-static {p0}, Lshop/Calls;->named(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static unknown2(Ljava/lang/String;)V
    .registers 3
    invoke-static {p0}, Lshop/Calls;->trimmed(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://unknown2.test/"
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    invoke-static {p0}, Lshop/Calls;->named(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static unknown3(Ljava/lang/String;)V
    .registers 3
    invoke-static {p0}, Lshop/Calls;->trimmed(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://unknown3.test/"
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    invoke-static {p0}, Lshop/Calls;->named(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static unknown4(Ljava/lang/String;)V
    .registers 3
    invoke-static {p0}, Lshop/Calls;->trimmed(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://unknown4.test/"
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    invoke-static {p0}, Lshop/Calls;->named(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static unknown5(Ljava/lang/String;)V
    .registers 3
    invoke-static {p0}, Lshop/Calls;->trimmed(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://unknown5.test/"
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    invoke-static {p0}, Lshop/Calls;->named(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static unknown6(Ljava/lang/String;)V
    .registers 3
    invoke-static {p0}, Lshop/Calls;->trimmed(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://unknown6.test/"
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    invoke-static {p0}, Lshop/Calls;->named(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static unknown7(Ljava/lang/String;)V
    .registers 3
    invoke-static {p0}, Lshop/Calls;->trimmed(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://unknown7.test/"
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    invoke-static {p0}, Lshop/Calls;->named(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static unknown8(Ljava/lang/String;)V
    .registers 3
    invoke-static {p0}, Lshop/Calls;->trimmed(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://unknown8.test/"
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    invoke-static {p0}, Lshop/Calls;->named(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static zz_known()V
    .registers 3
    const-string v0, "late.test/"
    invoke-static {v0}, Lshop/Calls;->named(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://"
    invoke-static {v1, v0}, Lshop/Calls;->open(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method
