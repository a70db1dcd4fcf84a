.class public Ltest/shop/Banner;
.super Ljava/lang/Object;

.method public static load()V
    .registers 1
    const-string v0, "https://media.admob.com/shared.js"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    const-string v0, "https://ad.doubleclick.net/own"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
