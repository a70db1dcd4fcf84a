.class public Lother/host/Hook;
.super Landroid/app/Instrumentation;

.method public execStartActivity(Landroid/content/Context;)V
    .registers 2
    return-void
.end method
