.class public Lother/scan/Sync;
.super Landroid/app/IntentService;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/IntentService;-><init>()V
    return-void
.end method

.method public onHandleIntent(Landroid/content/Intent;)V
    .registers 4
    const-string v0, "https://sync.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
