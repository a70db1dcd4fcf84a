# Makes the settings, and asks one server
.class public Lshop/e;
.super Ljava/lang/Object;

.method public static make(Ljava/util/ArrayList;)V
    .registers 3
    const-string v0, "https://unread.shop.test/a"
    new-instance v1, Lshop/b;
    invoke-direct {v1, v0}, Lshop/b;-><init>(Ljava/lang/String;)V
    invoke-virtual {p0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    const-string v0, "https://model.shop.test/a"
    new-instance v1, Lshop/Model;
    invoke-direct {v1, v0}, Lshop/Model;-><init>(Ljava/lang/String;)V
    invoke-virtual {p0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    const-string v0, "https://named.shop.test/a"
    new-instance v1, Lshop/c;
    invoke-direct {v1, v0}, Lshop/c;-><init>(Ljava/lang/String;)V
    invoke-virtual {p0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    const-string v0, "https://read.shop.test/a"
    new-instance v1, Lshop/d;
    invoke-direct {v1, v0}, Lshop/d;-><init>(Ljava/lang/String;)V
    invoke-virtual {p0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    return-void
.end method

.method public static ask(Lshop/d;)V
    .registers 3
    new-instance v0, Ljava/net/URL;
    iget-object v1, p0, Lshop/d;->a:Ljava/lang/String;
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
