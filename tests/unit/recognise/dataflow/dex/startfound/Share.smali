.class public Lother/lib/Share;
.super Ljava/lang/Object;

.method public static open(Landroid/content/Context;Landroid/content/pm/ActivityInfo;)V
    .registers 6
    iget-object p1, p1, Landroid/content/pm/ActivityInfo;->name:Ljava/lang/String;
    new-instance v0, Landroid/content/Intent;
    invoke-direct {v0}, Landroid/content/Intent;-><init>()V
    invoke-virtual {v0, p0, p1}, Landroid/content/Intent;->setClassName(Landroid/content/Context;Ljava/lang/String;)Landroid/content/Intent;
    return-void
.end method
