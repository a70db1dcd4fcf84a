.class public Ltest/innerlisted/app/Main;
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
    const-class v0, Ltest/innerlisted/app/Jobs;
    invoke-virtual {v0}, Ljava/lang/Class;->getDeclaredClasses()[Ljava/lang/Class;
    move-result-object v0
    array-length v1, v0
    const/4 v2, 0x0
    :goto_8
    if-ge v2, v1, :cond_18
    aget-object v3, v0, v2
    invoke-virtual {v3}, Ljava/lang/Class;->newInstance()Ljava/lang/Object;
    move-result-object v3
    check-cast v3, Ljava/lang/Runnable;
    invoke-interface {v3}, Ljava/lang/Runnable;->run()V
    add-int/lit8 v2, v2, 0x1
    goto :goto_8
    :cond_18
    return-void
.end method
.method public onCreate(Landroid/os/Bundle;)V
    .registers 2
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    :try_start_3
    invoke-virtual {p0}, Ltest/innerlisted/app/Main;->go0()V
    :try_end_6
    .catch Ljava/lang/Exception; {:try_start_3 .. :try_end_6} :catch_6
    :catch_6
    return-void
.end method
