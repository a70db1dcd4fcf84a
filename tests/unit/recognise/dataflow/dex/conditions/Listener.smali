.class public Ltest/shop/Listener;
.super Ljava/lang/Object;
.implements Landroid/view/View$OnClickListener;
.implements Ljava/lang/Runnable;

.method public run()V
    .registers 2
    const/4 v0, 0x1
    sput-boolean v0, Ltest/shop/Config;->byListener:Z
    return-void
.end method
