# Lists of hosts with a random pick.
.class public Ltest/shop/Picks;
.super Ljava/lang/Object;

.method public static random()V
    .registers 3
    const/4 v0, 0x2
    new-array v0, v0, [Ljava/lang/String;
    const/4 v1, 0x0
    const-string v2, "pick-a.shop.test"
    aput-object v2, v0, v1
    const/4 v1, 0x1
    const-string v2, "pick-b.shop.test"
    aput-object v2, v0, v1
    invoke-static {v0}, Lkotlin/collections/CollectionsKt;->listOf([Ljava/lang/Object;)Ljava/util/List;
    move-result-object v0
    sget-object v1, Lkotlin/random/Random;->Default:Lkotlin/random/Random$Default;
    invoke-static {v0, v1}, Lkotlin/collections/CollectionsKt;->random(Ljava/util/Collection;Lkotlin/random/Random;)Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Ljava/lang/String;
    const/16 v2, 0x1389
    new-instance v0, Ljava/net/Socket;
    invoke-direct {v0, v1, v2}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public static shuffle()V
    .registers 3
    const/4 v0, 0x2
    new-array v0, v0, [Ljava/lang/String;
    const/4 v1, 0x0
    const-string v2, "mix-a.shop.test"
    aput-object v2, v0, v1
    const/4 v1, 0x1
    const-string v2, "mix-b.shop.test"
    aput-object v2, v0, v1
    invoke-static {v0}, Ljava/util/Arrays;->asList([Ljava/lang/Object;)Ljava/util/List;
    move-result-object v0
    invoke-static {v0}, Ljava/util/Collections;->shuffle(Ljava/util/List;)V
    const/4 v1, 0x0
    invoke-interface {v0, v1}, Ljava/util/List;->get(I)Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Ljava/lang/String;
    const/16 v2, 0x1389
    new-instance v0, Ljava/net/Socket;
    invoke-direct {v0, v1, v2}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
