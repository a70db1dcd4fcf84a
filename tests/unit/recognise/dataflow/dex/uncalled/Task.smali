.class public Ltest/shop/app/Task;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;

.method public run()V
    .registers 2
    const-string v0, "https://task.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
