.class Lother/scan/Sender;
.super Ljava/lang/Object;

.method static send()V
    .registers 2
    const-string v0, "https://sender.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
