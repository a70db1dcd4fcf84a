.class public Ltest/runorder/Task;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;
.method public run()V
    .registers 2
    new-instance v0, Ltest/runorder/Page;
    invoke-direct {v0}, Ltest/runorder/Page;-><init>()V
    invoke-virtual {v0}, Ltest/runorder/Page;->secure()V
    invoke-virtual {v0}, Ltest/runorder/Page;->open()V
    return-void
.end method
