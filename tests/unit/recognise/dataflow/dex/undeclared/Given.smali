.class final Lother/scan/Given;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;

.method static register()V
    .registers 1
    const-class v0, Lother/scan/Given;
    invoke-static {v0}, Lother/lib/Registry;->add(Ljava/lang/Object;)V
    return-void
.end method

.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public run()V
    .registers 3
    const-string v0, "https://given.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
