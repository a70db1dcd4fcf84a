# The library opens a browser
.class public Landroidx/compose/ui/platform/AndroidUriHandler;
.super Ljava/lang/Object;
.implements Landroidx/compose/ui/platform/UriHandler;

.field private final context:Landroid/content/Context;

.method public openUri(Ljava/lang/String;)V
    .registers 5
    invoke-static {p1}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v0
    new-instance v1, Landroid/content/Intent;
    const-string v2, "android.intent.action.VIEW"
    invoke-direct {v1, v2, v0}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    iget-object v0, p0, Landroidx/compose/ui/platform/AndroidUriHandler;->context:Landroid/content/Context;
    invoke-virtual {v0, v1}, Landroid/content/Context;->startActivity(Landroid/content/Intent;)V
    return-void
.end method
