.class public Ltest/shop/Main;
.super Landroid/app/Activity;

.method public onResume()V
    .registers 3
    sget-object v0, Ltest/shop/BuildConfig;->SERVER:Ljava/lang/String;
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    const-class v0, Ltest/library/BuildConfig;
    invoke-virtual {v0}, Ljava/lang/Class;->getFields()[Ljava/lang/reflect/Field;
    const-string v0, "test.shop.BuildConfih"
    return-void
.end method
