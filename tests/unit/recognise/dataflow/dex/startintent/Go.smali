.class public Lcom/pushlib/Go;
.super Landroid/content/Intent;

.method public to(Landroid/content/Context;Ljava/lang/String;)V
    .registers 3
    invoke-virtual {p0, p1, p2}, Lcom/pushlib/Go;->setClassName(Landroid/content/Context;Ljava/lang/String;)Landroid/content/Intent;
    return-void
.end method
