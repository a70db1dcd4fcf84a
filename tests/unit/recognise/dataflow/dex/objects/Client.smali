# Asks two of the servers, and all that are in the list
.class public Ltest/shop/Client;
.super Ljava/lang/Object;

.method public static ask()V
    .registers 2
    sget-object v0, Ltest/shop/Destination;->LIVE:Ltest/shop/Destination;
    invoke-static {v0}, Ltest/shop/Client;->ask(Ltest/shop/Destination;)V
    sget-object v0, Ltest/shop/Destination;->MIXED:Ltest/shop/Destination;
    invoke-static {v0}, Ltest/shop/Client;->ask(Ltest/shop/Destination;)V
    sget-object v0, Ltest/shop/Known;->ALL:Ljava/util/List;
    const/4 v1, 0x0
    invoke-interface {v0, v1}, Ljava/util/List;->get(I)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ltest/shop/Destination;
    invoke-static {v0}, Ltest/shop/Client;->ask(Ltest/shop/Destination;)V
    return-void
.end method

.method static ask(Ltest/shop/Destination;)V
    .registers 3
    new-instance v0, Ljava/net/URL;
    invoke-virtual {p0}, Ltest/shop/Destination;->endPoint()Ljava/lang/String;
    move-result-object v1
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
