.class Lother/sdk/a;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;

.field final synthetic api:Lother/sdk/Api;

.method constructor <init>(Lother/sdk/Api;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lother/sdk/a;->api:Lother/sdk/Api;
    return-void
.end method

.method public run()V
    .registers 3
    const-string v0, "https://circle.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    iget-object v0, p0, Lother/sdk/a;->api:Lother/sdk/Api;
    invoke-virtual {v0}, Lother/sdk/Api;->send()V
    return-void
.end method
