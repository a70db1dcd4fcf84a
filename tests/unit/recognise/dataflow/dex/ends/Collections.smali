.class public Ltest/shop/Collections;
.super Ljava/lang/Object;

# Lists and sets of addresses; the last part of each host names the case.
.field public static allowed:Ljava/util/List;
.field public static tried:Ljava/util/List;
.field public static names:Ljava/util/Set;

.method static constructor <clinit>()V
    .registers 3
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    const-string v1, "https://listcompared.shop.test/a"
    invoke-interface {v0, v1}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    sput-object v0, Ltest/shop/Collections;->allowed:Ljava/util/List;

    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    const-string v1, "https://listtried.shop.test/a"
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    sput-object v0, Ltest/shop/Collections;->tried:Ljava/util/List;

    new-instance v0, Ljava/util/HashSet;
    invoke-direct {v0}, Ljava/util/HashSet;-><init>()V
    const-string v1, "https://setcompared.shop.test/a"
    invoke-virtual {v0, v1}, Ljava/util/HashSet;->add(Ljava/lang/Object;)Z
    sput-object v0, Ltest/shop/Collections;->names:Ljava/util/Set;
    return-void
.end method

# Compared with each item
.method public static knows(Ljava/lang/String;)Z
    .registers 4
    sget-object v0, Ltest/shop/Collections;->names:Ljava/util/Set;
    invoke-interface {v0, p0}, Ljava/util/Set;->contains(Ljava/lang/Object;)Z
    move-result v1
    if-nez v1, :yes
    sget-object v0, Ltest/shop/Collections;->allowed:Ljava/util/List;
    invoke-interface {v0}, Ljava/util/List;->iterator()Ljava/util/Iterator;
    move-result-object v0
    :next
    invoke-interface {v0}, Ljava/util/Iterator;->hasNext()Z
    move-result v1
    if-eqz v1, :no
    invoke-interface {v0}, Ljava/util/Iterator;->next()Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Ljava/lang/String;
    invoke-virtual {p0, v1}, Ljava/lang/String;->startsWith(Ljava/lang/String;)Z
    move-result v1
    if-eqz v1, :next
    :yes
    const/4 v0, 0x1
    return v0
    :no
    const/4 v0, 0x0
    return v0
.end method

# The first item is contacted
.method public static open()V
    .registers 3
    sget-object v0, Ltest/shop/Collections;->tried:Ljava/util/List;
    const/4 v1, 0x0
    invoke-interface {v0, v1}, Ljava/util/List;->get(I)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ljava/lang/String;
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method

# Given away as a whole, and to a list that others may know
.method public static give(Ljava/util/List;)V
    .registers 4
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    const-string v1, "https://listgiven.shop.test/a"
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    invoke-static {v0}, Ltest/other/Client;->tryAll(Ljava/util/List;)V
    const-string v1, "https://listshared.shop.test/a"
    invoke-interface {p0, v1}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    return-void
.end method
