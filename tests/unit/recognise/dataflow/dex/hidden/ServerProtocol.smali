.class public final Lcom/facebook/internal/ServerProtocol;
.super Ljava/lang/Object;

# The domain is in a getter, and the formats are texts without a scheme
.method static domain()Ljava/lang/String;
    .registers 1
    const-string v0, "book.test"
    return-object v0
.end method

.method public static base()Ljava/lang/String;
    .registers 4
    const-string v0, "https://graph.%s"
    const/4 v1, 0x1
    new-array v1, v1, [Ljava/lang/Object;
    invoke-static {}, Lcom/facebook/internal/ServerProtocol;->domain()Ljava/lang/String;
    move-result-object v2
    const/4 v3, 0x0
    aput-object v2, v1, v3
    invoke-static {v0, v1}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public static authority()Ljava/lang/String;
    .registers 4
    const-string v0, "m.%s"
    const/4 v1, 0x1
    new-array v1, v1, [Ljava/lang/Object;
    invoke-static {}, Lcom/facebook/internal/ServerProtocol;->domain()Ljava/lang/String;
    move-result-object v2
    const/4 v3, 0x0
    aput-object v2, v1, v3
    invoke-static {v0, v1}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

# A host that is only shown
.method public static told()V
    .registers 4
    const-string v0, "help.%s"
    const/4 v1, 0x1
    new-array v1, v1, [Ljava/lang/Object;
    invoke-static {}, Lcom/facebook/internal/ServerProtocol;->domain()Ljava/lang/String;
    move-result-object v2
    const/4 v3, 0x0
    aput-object v2, v1, v3
    invoke-static {v0, v1}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "tag"
    invoke-static {v1, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method public static open(Landroid/net/Uri$Builder;)V
    .registers 2
    invoke-static {}, Lcom/facebook/internal/ServerProtocol;->authority()Ljava/lang/String;
    move-result-object v0
    invoke-virtual {p0, v0}, Landroid/net/Uri$Builder;->authority(Ljava/lang/String;)Landroid/net/Uri$Builder;
    invoke-static {}, Lcom/facebook/internal/ServerProtocol;->base()Ljava/lang/String;
    move-result-object v0
    new-instance p0, Ljava/net/URL;
    invoke-direct {p0, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V

    invoke-virtual {p0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method
