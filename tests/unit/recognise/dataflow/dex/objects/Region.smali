# Objects that methods make of an address; nothing calls the methods, except for one
.class public Ltest/shop/Region;
.super Ljava/lang/Object;

.method public static east()Ltest/shop/Destination;
    .registers 2
    new-instance v0, Ltest/shop/Destination;
    const-string v1, "https://east.shop.test/"
    invoke-direct {v0, v1}, Ltest/shop/Destination;-><init>(Ljava/lang/String;)V
    return-object v0
.end method

.method public static west()Ltest/shop/Destination;
    .registers 2
    new-instance v0, Ltest/shop/Destination;
    const-string v1, "https://west.shop.test/"
    invoke-direct {v0, v1}, Ltest/shop/Destination;-><init>(Ljava/lang/String;)V
    return-object v0
.end method

.method public static askWest()V
    .registers 1
    invoke-static {}, Ltest/shop/Region;->west()Ltest/shop/Destination;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Client;->ask(Ltest/shop/Destination;)V
    return-void
.end method

# The constructor gives the object to others
.method public static north()Ltest/shop/Known;
    .registers 2
    new-instance v0, Ltest/shop/Known;
    const-string v1, "https://north.shop.test/"
    invoke-direct {v0, v1}, Ltest/shop/Known;-><init>(Ljava/lang/String;)V
    return-object v0
.end method

# It asks the server itself
.method public static south()Ltest/shop/Destination;
    .registers 2
    new-instance v0, Ltest/shop/Destination;
    const-string v1, "https://south.shop.test/"
    invoke-direct {v0, v1}, Ltest/shop/Destination;-><init>(Ljava/lang/String;)V
    invoke-static {v0}, Ltest/shop/Client;->ask(Ltest/shop/Destination;)V
    return-object v0
.end method
