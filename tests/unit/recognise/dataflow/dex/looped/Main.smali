# Addresses that loops and a renamed function put together.
.class public Ltest/looped/Main;
.super Landroid/app/Activity;

.field private base:Ljava/lang/String;
# Only other code sets this one.
.field private later:Ljava/lang/String;

.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    const-string v0, "https://kept.shop.test//"
    iput-object v0, p0, Ltest/looped/Main;->base:Ljava/lang/String;
    return-void
.end method

.method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    invoke-virtual {p0}, Ltest/looped/Main;->loop()V
    invoke-virtual {p0}, Ltest/looped/Main;->kept()V
    invoke-virtual {p0}, Ltest/looped/Main;->later()V
    invoke-virtual {p0}, Ltest/looped/Main;->joined()V
    invoke-virtual {p0}, Ltest/looped/Main;->logged()V
    invoke-virtual {p0}, Ltest/looped/Main;->cut()V
    invoke-virtual {p0}, Landroid/app/Activity;->isFinishing()Z
    move-result v0
    invoke-virtual {p0, v0}, Ltest/looped/Main;->either(Z)V
    invoke-virtual {p0, v0}, Ltest/looped/Main;->two(Z)V
    return-void
.end method

.method private open(Ljava/lang/String;)V
    .registers 4
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method

# The next three methods put a path behind a text without the slashes at its end, as trimEnd('/') does.
.method public loop()V
    .registers 6
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v4, "https://loop.shop.test//"
    invoke-virtual {v4}, Ljava/lang/String;->length()I
    move-result v1
    :next
    add-int/lit8 v1, v1, -0x1
    invoke-virtual {v4, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    const/16 v3, 0x2f
    if-eq v2, v3, :next
    const/4 v2, 0x0
    add-int/lit8 v1, v1, 0x1
    invoke-virtual {v4, v2, v1}, Ljava/lang/String;->subSequence(II)Ljava/lang/CharSequence;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/v2/items"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-direct {p0, v0}, Ltest/looped/Main;->open(Ljava/lang/String;)V
    return-void
.end method

.method public joined()V
    .registers 6
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    const-string v1, "join"
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    const-string v1, "shop"
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    const-string v1, "test"
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    const-string v1, "."
    const/4 v2, 0x0
    const/4 v3, 0x2
    invoke-static {v0, v1, v2, v3}, Lm/k;->e(Ljava/lang/Iterable;Ljava/lang/String;Ljava/lang/String;I)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/lang/StringBuilder;
    const-string v2, "https://"
    invoke-direct {v1, v2}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1, v0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v2, "/v1/cart"
    invoke-virtual {v1, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v1}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-direct {p0, v1}, Ltest/looped/Main;->open(Ljava/lang/String;)V
    return-void
.end method

.method public logged()V
    .registers 6
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v4, "https://log.shop.test//"
    invoke-virtual {v4}, Ljava/lang/String;->length()I
    move-result v1
    :next
    add-int/lit8 v1, v1, -0x1
    invoke-virtual {v4, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    const/16 v3, 0x2f
    if-eq v2, v3, :next
    const/4 v2, 0x0
    add-int/lit8 v1, v1, 0x1
    invoke-virtual {v4, v2, v1}, Ljava/lang/String;->subSequence(II)Ljava/lang/CharSequence;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/v2/items"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    const-string v1, "shop"
    invoke-static {v1, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method public cut()V
    .registers 6
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v4, "https://cut.shop.test//"
    invoke-virtual {v4}, Ljava/lang/String;->length()I
    move-result v1
    :next
    add-int/lit8 v1, v1, -0x1
    invoke-virtual {v4, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    const/16 v3, 0x2f
    if-eq v2, v3, :next
    const/4 v2, 0x0
    add-int/lit8 v1, v1, 0x1
    invoke-virtual {v4, v2, v1}, Ljava/lang/String;->subSequence(II)Ljava/lang/CharSequence;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/v2/items"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    const/4 v1, 0x0
    const/16 v2, 0x18
    invoke-virtual {v0, v1, v2}, Ljava/lang/String;->substring(II)Ljava/lang/String;
    move-result-object v0
    invoke-direct {p0, v0}, Ltest/looped/Main;->open(Ljava/lang/String;)V
    return-void
.end method

.method public either(Z)V
    .registers 5
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://either.shop.test"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    if-eqz p1, :other
    const-string v1, "/a"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    goto :done
    :other
    const-string v1, "/b"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    :done
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-direct {p0, v0}, Ltest/looped/Main;->open(Ljava/lang/String;)V
    return-void
.end method

.method public kept()V
    .registers 6
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    iget-object v4, p0, Ltest/looped/Main;->base:Ljava/lang/String;
    invoke-virtual {v4}, Ljava/lang/String;->length()I
    move-result v1
    :next
    add-int/lit8 v1, v1, -0x1
    invoke-virtual {v4, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    const/16 v3, 0x2f
    if-eq v2, v3, :next
    const/4 v2, 0x0
    add-int/lit8 v1, v1, 0x1
    invoke-virtual {v4, v2, v1}, Ljava/lang/String;->subSequence(II)Ljava/lang/CharSequence;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/v2/items"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-direct {p0, v0}, Ltest/looped/Main;->open(Ljava/lang/String;)V
    return-void
.end method

.method public later()V
    .registers 6
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    iget-object v4, p0, Ltest/looped/Main;->later:Ljava/lang/String;
    invoke-virtual {v4}, Ljava/lang/String;->length()I
    move-result v1
    :next
    add-int/lit8 v1, v1, -0x1
    invoke-virtual {v4, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    const/16 v3, 0x2f
    if-eq v2, v3, :next
    const/4 v2, 0x0
    add-int/lit8 v1, v1, 0x1
    invoke-virtual {v4, v2, v1}, Ljava/lang/String;->subSequence(II)Ljava/lang/CharSequence;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "https://later.shop.test/x"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-direct {p0, v0}, Ltest/looped/Main;->open(Ljava/lang/String;)V
    return-void
.end method

.method public two(Z)V
    .registers 7
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v4, "https://two.shop.test//"
    invoke-virtual {v4}, Ljava/lang/String;->length()I
    move-result v1
    :next
    add-int/lit8 v1, v1, -0x1
    invoke-virtual {v4, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    const/16 v3, 0x2f
    if-eq v2, v3, :next
    const/4 v2, 0x0
    add-int/lit8 v1, v1, 0x1
    invoke-virtual {v4, v2, v1}, Ljava/lang/String;->subSequence(II)Ljava/lang/CharSequence;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/v2/items"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-direct {p0, v0}, Ltest/looped/Main;->open(Ljava/lang/String;)V
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    if-eqz p1, :done
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    :done
    return-void
.end method
