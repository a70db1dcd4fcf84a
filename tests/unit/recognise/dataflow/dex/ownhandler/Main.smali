.class public Ltest/shop/Main;
.super Landroid/app/Activity;

.field private handler:Landroidx/compose/ui/platform/UriHandler;

.method public onStart()V
    .registers 3
    iget-object v0, p0, Ltest/shop/Main;->handler:Landroidx/compose/ui/platform/UriHandler;
    const-string v1, "https://opened.shop.test/a"
    invoke-interface {v0, v1}, Landroidx/compose/ui/platform/UriHandler;->openUri(Ljava/lang/String;)V
    return-void
.end method
