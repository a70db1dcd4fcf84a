# Proxies of mobile networks: an array that the caller takes apart, and a text that is only compared
.class public Ltest/shop/Wap;
.super Ljava/lang/Object;

.method private static proxy()[Ljava/lang/String;
    .registers 4
    const/4 v0, 0x2
    new-array v0, v0, [Ljava/lang/String;
    const/4 v1, 0x0
    const-string v2, "10.0.0.172"
    aput-object v2, v0, v1
    const/4 v1, 0x1
    const-string v2, "80"
    aput-object v2, v0, v1
    return-object v0
.end method

.method public static host()Ljava/lang/Object;
    .registers 5
    invoke-static {}, Ltest/shop/Wap;->proxy()[Ljava/lang/String;
    move-result-object v0
    const/4 v1, 0x0
    aget-object v2, v0, v1
    const/4 v1, 0x1
    aget-object v3, v0, v1
    invoke-static {v3}, Ljava/lang/Integer;->parseInt(Ljava/lang/String;)I
    move-result v3
    new-instance v1, Lorg/apache/http/HttpHost;
    invoke-direct {v1, v2, v3}, Lorg/apache/http/HttpHost;-><init>(Ljava/lang/String;I)V
    return-object v1
.end method

.method public static isTelecom(Ljava/lang/String;)Z
    .registers 2
    const-string v0, "10.0.0.200"
    invoke-virtual {v0, p0}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v0
    return v0
.end method
