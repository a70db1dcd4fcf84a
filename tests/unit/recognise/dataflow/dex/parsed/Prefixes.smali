# Prefixes in a list: code walks it as any iterable, and a helper with a shortened name compares each with a text.
# A list that is walked alike has servers.
.class public Ltest/shop/Prefixes;
.super Ljava/lang/Object;

.method private static varargs a([Ljava/lang/Object;)Ljava/util/List;
    .registers 2
    invoke-static {p0}, Ljava/util/Arrays;->asList([Ljava/lang/Object;)Ljava/util/List;
    move-result-object v0
    return-object v0
.end method

.method private static b(Ljava/lang/String;Ljava/lang/String;Z)Z
    .registers 9
    if-nez p2, :ignorecase
    invoke-virtual {p0, p1}, Ljava/lang/String;->startsWith(Ljava/lang/String;)Z
    move-result v0
    return v0
    :ignorecase
    invoke-virtual {p1}, Ljava/lang/String;->length()I
    move-result v4
    move v3, p2
    invoke-static {p0, p1, v3, v4}, Ltest/shop/Prefixes;->c(Ljava/lang/String;Ljava/lang/String;ZI)Z
    move-result v0
    return v0
.end method

.method private static c(Ljava/lang/String;Ljava/lang/String;ZI)Z
    .registers 10
    const/4 v2, 0x0
    const/4 v4, 0x0
    move-object v0, p0
    move v1, p2
    move-object v3, p1
    move v5, p3
    invoke-virtual/range {v0 .. v5}, Ljava/lang/String;->regionMatches(ZILjava/lang/String;II)Z
    move-result v0
    return v0
.end method

.method public static opens(Ljava/lang/String;)Z
    .registers 5
    const-string v0, "https://iteratedone.shop.test/a"
    const-string v1, "https://iteratedtwo.shop.test/a"
    filled-new-array {v0, v1}, [Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Prefixes;->a([Ljava/lang/Object;)Ljava/util/List;
    move-result-object v0
    invoke-interface {v0}, Ljava/lang/Iterable;->iterator()Ljava/util/Iterator;
    move-result-object v0
    :next
    invoke-interface {v0}, Ljava/util/Iterator;->hasNext()Z
    move-result v1
    if-eqz v1, :no
    invoke-interface {v0}, Ljava/util/Iterator;->next()Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Ljava/lang/String;
    const/4 v2, 0x0
    invoke-static {p0, v1, v2}, Ltest/shop/Prefixes;->b(Ljava/lang/String;Ljava/lang/String;Z)Z
    move-result v1
    if-eqz v1, :next
    const/4 v0, 0x1
    return v0
    :no
    const/4 v0, 0x0
    return v0
.end method

.method public static ask()V
    .registers 3
    const-string v0, "https://iteratedasked.shop.test/a"
    filled-new-array {v0}, [Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Prefixes;->a([Ljava/lang/Object;)Ljava/util/List;
    move-result-object v0
    invoke-interface {v0}, Ljava/lang/Iterable;->iterator()Ljava/util/Iterator;
    move-result-object v0
    invoke-interface {v0}, Ljava/util/Iterator;->next()Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Ljava/lang/String;
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method
