# Only a method that nothing calls makes it, so that the library has none to call
.class public Ltest/shop/app/HiddenListener;
.super Ljava/lang/Object;
.implements Lother/lib/Listener;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public onDone(I)V
    .registers 3
    const-string v0, "https://hiddenlistener.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static send()V
    .registers 1
    new-instance v0, Ltest/shop/app/HiddenListener;
    invoke-direct {v0}, Ltest/shop/app/HiddenListener;-><init>()V
    invoke-static {v0}, Lother/lib/Queue;->add(Lother/lib/Listener;)V
    return-void
.end method
