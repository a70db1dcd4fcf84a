.class public Ltest/excfield/app/Main;
.super Landroid/app/Activity;
.method public load()V
    .locals 11
    const-string v0, "https://excfield.shop.test/"
    new-instance v1, Ltest/excfield/app/MovedException;
    invoke-direct {v1, v0}, Ltest/excfield/app/MovedException;-><init>(Ljava/lang/String;)V
    throw v1
.end method
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    :a
    invoke-virtual {p0}, Ltest/excfield/app/Main;->load()V
    :b
    .catch Ltest/excfield/app/MovedException; {:a .. :b} :h
    return-void
    :h
    move-exception v0
    iget-object v1, v0, Ltest/excfield/app/MovedException;->to:Ljava/lang/String;
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
