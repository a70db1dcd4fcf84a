.class public Ltest/downservice/app/Up;
.super Landroid/app/Service;
.method public onStartCommand(Landroid/content/Intent;II)I
    .locals 11
    const-string v1, "page"
    invoke-virtual {p1, v1}, Landroid/content/Intent;->getStringExtra(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    const v1, 0
    return v1
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Service;-><init>()V
    return-void
.end method
