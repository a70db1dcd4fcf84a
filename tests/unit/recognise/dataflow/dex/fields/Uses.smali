# Reads the fields of Config.
.class public Ltest/shop/Uses;
.super Ljava/lang/Object;

.method static base()Ljava/lang/String;
    .registers 2
    sget-object v0, Ltest/shop/Config;->BASE:Ljava/lang/String;
    const-string v1, "/orders"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method static changed()Ljava/lang/String;
    .registers 2
    sget-object v0, Ltest/shop/Config;->CHANGED:Ljava/lang/String;
    const-string v1, "/never"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method static broker()V
    .registers 3
    new-instance v0, Ljava/net/Socket;
    sget-object v1, Ltest/shop/Config;->HOST:Ljava/lang/String;
    sget v2, Ltest/shop/Config;->PORT:I
    invoke-direct {v0, v1, v2}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
