.class Ltest/recvnames/app/Sync;
.super Landroid/content/BroadcastReceiver;
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/content/BroadcastReceiver;-><init>()V
    return-void
.end method
.method public onReceive(Landroid/content/Context;Landroid/content/Intent;)V
    .registers 3
    :try_start_0
    const-string p1, "https://recvnames.shop.test/a"
    invoke-static {p1}, Ltest/recvnames/app/Main;->load(Ljava/lang/String;)V
    :try_end_5
    .catch Ljava/lang/Exception; {:try_start_0 .. :try_end_5} :catch_5
    :catch_5
    return-void
.end method
