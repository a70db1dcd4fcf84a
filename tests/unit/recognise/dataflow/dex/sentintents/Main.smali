# Intents that other code completes or reads, and some that it only starts.
.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.field kept:Landroid/content/Intent;
.field idle:Landroid/content/Intent;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 6
    new-instance v0, Landroid/content/Intent;
    const-string v1, "android.intent.action.VIEW"
    const-string v2, "https://passed.shop.test/"
    invoke-static {v2}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v2
    invoke-direct {v0, v1, v2}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    invoke-static {p0, v0}, Ltest/shop/app/Main;->open(Landroid/content/Context;Landroid/content/Intent;)V
    new-instance v0, Landroid/content/Intent;
    const-string v1, "android.intent.action.VIEW"
    const-string v2, "https://kept.shop.test/"
    invoke-static {v2}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v2
    invoke-direct {v0, v1, v2}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    iput-object v0, p0, Ltest/shop/app/Main;->kept:Landroid/content/Intent;
    new-instance v0, Landroid/content/Intent;
    const-string v1, "android.intent.action.VIEW"
    const-string v2, "https://idle.shop.test/"
    invoke-static {v2}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v2
    invoke-direct {v0, v1, v2}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    iput-object v0, p0, Ltest/shop/app/Main;->idle:Landroid/content/Intent;
    new-instance v0, Landroid/content/Intent;
    const-string v1, "android.intent.action.VIEW"
    const-string v2, "https://read.shop.test/"
    invoke-static {v2}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v2
    invoke-direct {v0, v1, v2}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    invoke-virtual {v0}, Landroid/content/Intent;->getDataString()Ljava/lang/String;
    new-instance v0, Landroid/content/Intent;
    const-string v1, "android.intent.action.VIEW"
    const-string v2, "https://handled.shop.test/"
    invoke-static {v2}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v2
    invoke-direct {v0, v1, v2}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    invoke-virtual {p0, v0}, Ltest/shop/app/Main;->onNewIntent(Landroid/content/Intent;)V
    new-instance v0, Landroid/content/Intent;
    const-string v1, "android.intent.action.VIEW"
    const-string v2, "https://started.shop.test/"
    invoke-static {v2}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v2
    invoke-direct {v0, v1, v2}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    invoke-static {p0, v0}, Ltest/shop/app/Main;->start(Landroid/content/Context;Landroid/content/Intent;)V
    invoke-static {}, Ltest/shop/app/Main;->returned()Landroid/content/Intent;
    move-result-object v0
    invoke-static {p0, v0}, Ltest/shop/app/Main;->open(Landroid/content/Context;Landroid/content/Intent;)V
    invoke-static {}, Ltest/shop/app/Main;->shared()Landroid/content/Intent;
    move-result-object v0
    invoke-virtual {p0, v0}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V
    iget-object v0, p0, Ltest/shop/app/Main;->idle:Landroid/content/Intent;
    invoke-virtual {p0, v0}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V
    return-void
.end method

.method public onResume()V
    .registers 3
    iget-object v0, p0, Ltest/shop/app/Main;->kept:Landroid/content/Intent;
    invoke-static {p0, v0}, Ltest/shop/app/Main;->open(Landroid/content/Context;Landroid/content/Intent;)V
    return-void
.end method

.method public onNewIntent(Landroid/content/Intent;)V
    .registers 3
    invoke-virtual {p1}, Landroid/content/Intent;->getData()Landroid/net/Uri;
    return-void
.end method

.method static returned()Landroid/content/Intent;
    .registers 3
    new-instance v0, Landroid/content/Intent;
    const-string v1, "android.intent.action.VIEW"
    const-string v2, "https://returned.shop.test/"
    invoke-static {v2}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v2
    invoke-direct {v0, v1, v2}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    return-object v0
.end method

.method static shared()Landroid/content/Intent;
    .registers 3
    new-instance v0, Landroid/content/Intent;
    const-string v1, "android.intent.action.VIEW"
    const-string v2, "https://shared.shop.test/"
    invoke-static {v2}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v2
    invoke-direct {v0, v1, v2}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    return-object v0
.end method

.method static start(Landroid/content/Context;Landroid/content/Intent;)V
    .registers 3
    const/high16 v0, 0x10000000
    invoke-virtual {p1, v0}, Landroid/content/Intent;->addFlags(I)Landroid/content/Intent;
    invoke-virtual {p0, p1}, Landroid/content/Context;->startActivity(Landroid/content/Intent;)V
    return-void
.end method

.method static open(Landroid/content/Context;Landroid/content/Intent;)V
    .registers 3
    const-class v0, Ltest/shop/app/Main;
    invoke-virtual {p1, p0, v0}, Landroid/content/Intent;->setClass(Landroid/content/Context;Ljava/lang/Class;)Landroid/content/Intent;
    invoke-virtual {p0, p1}, Landroid/content/Context;->startActivity(Landroid/content/Intent;)V
    return-void
.end method
