.class public Lother/scan/Search;
.super Lother/scan/Base;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    const-string v0, "https://search.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    invoke-static {}, Lother/scan/Search;->help()V
    invoke-static {}, Lother/scan/Help;->both()V
    invoke-static {}, Lother/scan/Api;->send()V
    invoke-static {}, Lother/scan/Sender;->send()V
    new-instance v0, Lother/scan/Tunnel;
    invoke-direct {v0}, Lother/scan/Tunnel;-><init>()V
    new-instance v0, Lother/scan/Worker;
    invoke-direct {v0}, Lother/scan/Worker;-><init>()V
    new-instance v0, Lother/scan/Task;
    invoke-direct {v0}, Lother/scan/Task;-><init>()V
    new-instance v0, Lother/scan/Shared;
    invoke-direct {v0}, Lother/scan/Shared;-><init>()V
    new-instance v0, Lother/scan/Named;
    invoke-direct {v0}, Lother/scan/Named;-><init>()V
    return-void
.end method

.method private static help()V
    .registers 2
    const-string v0, "https://help.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
