.class public Ltest/shop/Store;
.super Ljava/lang/Object;

.method public static filled()V
    .registers 6
    const/16 v0, 0x599
    invoke-static {v0}, Ljava/lang/String;->valueOf(I)Ljava/lang/String;
    move-result-object v0
    const-string v1, "jdbc:jtds:sqlserver://filled.shop.test:$PORT$/Stock"
    const-string v2, "$PORT$"
    invoke-virtual {v1, v2, v0}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object v1
    invoke-static {v1}, Ljava/sql/DriverManager;->getConnection(Ljava/lang/String;)Ljava/sql/Connection;
    return-void
.end method

.method public static filledLong()V
    .registers 6
    const-wide/16 v0, 0x20fb
    invoke-static {v0, v1}, Ljava/lang/Long;->toString(J)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://long.shop.test:{port}/api"
    const-string v2, "{port}"
    invoke-virtual {v1, v2, v0}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object v1
    new-instance v2, Ljava/net/URL;
    invoke-direct {v2, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    return-void
.end method

# The number of a call that is not known stays unknown, and the host is found.
.method public static unknown(I)V
    .registers 6
    invoke-static {p0}, Ljava/lang/Integer;->toString(I)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://unknown.shop.test:8444/{port}/api"
    const-string v2, "{port}"
    invoke-virtual {v1, v2, v0}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object v1
    new-instance v2, Ljava/net/URL;
    invoke-direct {v2, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    return-void
.end method
