.class public Ltest/quietloop/app/Main;
.super Landroid/app/Activity;
.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
.method static load(Ljava/lang/String;)V
    .registers 2
    .annotation system Ldalvik/annotation/Throws;
        value = {
            Ljava/lang/Exception;
        }
    .end annotation
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    move-result-object p0
    invoke-virtual {p0}, Ljava/net/URLConnection;->connect()V
    return-void
.end method
.method go0()V
    .registers 5
    .annotation system Ldalvik/annotation/Throws;
        value = {
            Ljava/lang/Exception;
        }
    .end annotation
    invoke-virtual {p0}, Ltest/quietloop/app/Main;->getIntent()Landroid/content/Intent;
    move-result-object v0
    const-string v1, "u"
    invoke-virtual {v0, v1}, Landroid/content/Intent;->getStringExtra(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://quietloop.shop.test/a"
    const-string v2, "https://b.other.test/"
    filled-new-array {v1, v2}, [Ljava/lang/String;
    move-result-object v1
    const/4 v2, 0x0
    :goto_13
    const/4 v3, 0x2
    if-ge v2, v3, :cond_26
    aget-object v3, v1, v2
    invoke-virtual {v0, v3}, Ljava/lang/String;->startsWith(Ljava/lang/String;)Z
    move-result v3
    if-eqz v3, :cond_23
    const-string v3, "a"
    invoke-static {v3, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    :cond_23
    add-int/lit8 v2, v2, 0x1
    goto :goto_13
    :cond_26
    return-void
.end method
.method public onCreate(Landroid/os/Bundle;)V
    .registers 2
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    :try_start_3
    invoke-virtual {p0}, Ltest/quietloop/app/Main;->go0()V
    :try_end_6
    .catch Ljava/lang/Exception; {:try_start_3 .. :try_end_6} :catch_6
    :catch_6
    return-void
.end method
