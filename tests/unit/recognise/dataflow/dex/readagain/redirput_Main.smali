.class public Ltest/redirput/app/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    new-instance v0, Ljava/util/HashMap;
    invoke-direct {v0}, Ljava/util/HashMap;-><init>()V
    const-string v1, "redirect_uri"
    const-string v2, "https://redirput.shop.test/done"
    invoke-virtual {v0, v1, v2}, Ljava/util/HashMap;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    invoke-virtual {v0, v1}, Ljava/util/HashMap;->get(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v3
    check-cast v3, Ljava/lang/String;
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v3}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
