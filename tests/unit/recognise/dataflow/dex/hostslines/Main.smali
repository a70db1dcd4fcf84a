.class public Ltest/hostslines/app/Main;
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
    .registers 6
    .annotation system Ldalvik/annotation/Throws;
        value = {
            Ljava/lang/Exception;
        }
    .end annotation
    const-string v0, "hosts:\nhttps://hostslines.shop.test/a\nhttps://b.hostslines.shop.test/a"
    const-string v1, "\n"
    invoke-virtual {v0, v1}, Ljava/lang/String;->split(Ljava/lang/String;)[Ljava/lang/String;
    move-result-object v0
    array-length v1, v0
    const/4 v2, 0x0
    :goto_a
    if-ge v2, v1, :cond_1c
    aget-object v3, v0, v2
    const-string v4, "http"
    invoke-virtual {v3, v4}, Ljava/lang/String;->startsWith(Ljava/lang/String;)Z
    move-result v4
    if-eqz v4, :cond_19
    invoke-static {v3}, Ltest/hostslines/app/Main;->load(Ljava/lang/String;)V
    :cond_19
    add-int/lit8 v2, v2, 0x1
    goto :goto_a
    :cond_1c
    return-void
.end method
.method public onCreate(Landroid/os/Bundle;)V
    .registers 2
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    :try_start_3
    invoke-virtual {p0}, Ltest/hostslines/app/Main;->go0()V
    :try_end_6
    .catch Ljava/lang/Exception; {:try_start_3 .. :try_end_6} :catch_6
    :catch_6
    return-void
.end method
