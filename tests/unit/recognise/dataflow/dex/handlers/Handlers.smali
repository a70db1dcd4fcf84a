# The handler of a block begins another block: where no work is left, nothing is known at either.
.class public Lshop/Handlers;
.super Ljava/lang/Object;

.method public static load(Ljava/lang/String;)V
    .registers 4
    const-string v0, "https://handlers.test/"
    :one
    invoke-virtual {v0, p0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    :one_end
    .catch Ljava/lang/Exception; {:one .. :one_end} :two
    return-void
    :two
    move-exception v2
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    :two_end
    .catch Ljava/lang/Exception; {:two .. :two_end} :three
    return-void
    :three
    move-exception v2
    return-void
.end method
