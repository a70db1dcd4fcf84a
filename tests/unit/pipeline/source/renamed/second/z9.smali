# OrderStore of the second build.
.class public Lq/z9;
.super Ljava/lang/Object;

# "http://" + Hosts.first() + ":9200" + "/orders/_search"
.method public static k()Ljava/lang/String;
    .registers 3
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "http://"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const-string v1, "es.orders.test"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, ":9200"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/orders/_search"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

# "mongodb://app:" + "hunter2hunter2" + "@db.orders.test/orders"
.method public static a()Ljava/lang/String;
    .registers 3
    const-string v0, "mongodb://app:"
    const-string v1, "hunter2hunter2"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "@db.orders.test/orders"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public static b()Ljava/lang/String;
    .registers 1
    const-string v0, "postgresql://orders:correcthorse9@pg.orders.test:5432/orders"
    return-object v0
.end method

# Opens the search with a library that is not part of the build.
.method public static e()V
    .registers 1
    invoke-static {}, Lq/z9;->k()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lorg/vendor/Client;->open(Ljava/lang/String;)V
    return-void
.end method
