.class public Ltest/registry/app/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    invoke-static {}, Ltest/registry/app/Servers;->init()V
    sget-object v0, Ltest/registry/app/Server;->ALL:Ljava/util/List;
    invoke-interface {v0}, Ljava/util/List;->iterator()Ljava/util/Iterator;
    move-result-object v0
    invoke-interface {v0}, Ljava/util/Iterator;->next()Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Ltest/registry/app/Server;
    iget-object v2, v1, Ltest/registry/app/Server;->url:Ljava/lang/String;
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v2}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
