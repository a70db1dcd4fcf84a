.class public Ltest/annread/app/Main;
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
    .registers 3
    .annotation system Ldalvik/annotation/Throws;
        value = {
            Ljava/lang/Exception;
        }
    .end annotation
    const-class v0, Ltest/annread/app/Api;
    const-class v1, Ltest/annread/app/Info;
    invoke-virtual {v0, v1}, Ljava/lang/Class;->getAnnotation(Ljava/lang/Class;)Ljava/lang/annotation/Annotation;
    move-result-object v0
    check-cast v0, Ltest/annread/app/Info;
    invoke-interface {v0}, Ltest/annread/app/Info;->helpUrl()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/annread/app/Main;->load(Ljava/lang/String;)V
    return-void
.end method
.method public onCreate(Landroid/os/Bundle;)V
    .registers 2
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    :try_start_3
    invoke-virtual {p0}, Ltest/annread/app/Main;->go0()V
    :try_end_6
    .catch Ljava/lang/Exception; {:try_start_3 .. :try_end_6} :catch_6
    :catch_6
    return-void
.end method
