.class public Lother/lib/Pay;
.super Ljava/lang/Object;

.method public static open(Landroid/content/Context;Ljava/lang/String;)V
    .registers 6
    new-instance v0, Landroid/content/Intent;
    invoke-direct {v0}, Landroid/content/Intent;-><init>()V
    const-string p1, "com.bank.Pay"
    invoke-virtual {v0, p0, p1}, Landroid/content/Intent;->setClassName(Landroid/content/Context;Ljava/lang/String;)Landroid/content/Intent;
    return-void
.end method
