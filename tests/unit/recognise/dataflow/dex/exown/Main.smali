.class public Ltest/exown/app/Main;
.super Landroid/app/Activity;
.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
.method static ask()V
    .registers 2
    .annotation system Ldalvik/annotation/Throws;
        value = {
            Ltest/exown/app/Moved;
        }
    .end annotation
    new-instance v0, Ltest/exown/app/Moved;
    const-string v1, "https://exown.shop.test/a"
    invoke-direct {v0, v1}, Ltest/exown/app/Moved;-><init>(Ljava/lang/String;)V
    throw v0
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
    .registers 2
    .annotation system Ldalvik/annotation/Throws;
        value = {
            Ljava/lang/Exception;
        }
    .end annotation
    :try_start_0
    invoke-static {}, Ltest/exown/app/Main;->ask()V
    :try_end_3
    .catch Ltest/exown/app/Moved; {:try_start_0 .. :try_end_3} :catch_4
    goto :goto_c
    :catch_4
    move-exception v0
    invoke-virtual {v0}, Ltest/exown/app/Moved;->getMessage()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/exown/app/Main;->load(Ljava/lang/String;)V
    :goto_c
    return-void
.end method
.method public onCreate(Landroid/os/Bundle;)V
    .registers 2
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    :try_start_3
    invoke-virtual {p0}, Ltest/exown/app/Main;->go0()V
    :try_end_6
    .catch Ljava/lang/Exception; {:try_start_3 .. :try_end_6} :catch_6
    :catch_6
    return-void
.end method
