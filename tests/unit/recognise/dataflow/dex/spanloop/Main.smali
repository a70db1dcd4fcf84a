.class public Ltest/spanloop/app/Main;
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
    new-instance v0, Landroid/text/SpannableString;
    const-string v1, "a"
    invoke-direct {v0, v1}, Landroid/text/SpannableString;-><init>(Ljava/lang/CharSequence;)V
    new-instance v1, Landroid/text/style/URLSpan;
    const-string v2, "https://spanloop.shop.test/a"
    invoke-direct {v1, v2}, Landroid/text/style/URLSpan;-><init>(Ljava/lang/String;)V
    const/4 v2, 0x0
    const/4 v3, 0x1
    invoke-virtual {v0, v1, v2, v3, v2}, Landroid/text/SpannableString;->setSpan(Ljava/lang/Object;III)V
    const-class v1, Landroid/text/style/URLSpan;
    invoke-virtual {v0, v2, v3, v1}, Landroid/text/SpannableString;->getSpans(IILjava/lang/Class;)[Ljava/lang/Object;
    move-result-object v0
    check-cast v0, [Landroid/text/style/URLSpan;
    array-length v1, v0
    :goto_1c
    if-ge v2, v1, :cond_2a
    aget-object v3, v0, v2
    invoke-virtual {v3}, Landroid/text/style/URLSpan;->getURL()Ljava/lang/String;
    move-result-object v3
    invoke-static {v3}, Ltest/spanloop/app/Main;->load(Ljava/lang/String;)V
    add-int/lit8 v2, v2, 0x1
    goto :goto_1c
    :cond_2a
    return-void
.end method
.method public onCreate(Landroid/os/Bundle;)V
    .registers 2
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    :try_start_3
    invoke-virtual {p0}, Ltest/spanloop/app/Main;->go0()V
    :try_end_6
    .catch Ljava/lang/Exception; {:try_start_3 .. :try_end_6} :catch_6
    :catch_6
    return-void
.end method
