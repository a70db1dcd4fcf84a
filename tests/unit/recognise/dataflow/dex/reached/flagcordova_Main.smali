.class public Ltest/flagcordova/app/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    new-instance v0, Ltest/flagcordova/app/Cl;
    invoke-direct {v0}, Ltest/flagcordova/app/Cl;-><init>()V
    invoke-virtual {p0}, Landroid/app/Activity;->getTitle()Ljava/lang/CharSequence;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ltest/flagcordova/app/Cl;->call(Ljava/lang/String;)V
    sget-boolean v0, Ltest/flagcordova/app/Cl;->on:Z
    if-eqz v0, :no
    const-string v0, "https://flagcordova.shop.test/"
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    :no
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
