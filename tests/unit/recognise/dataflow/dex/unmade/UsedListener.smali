.class public Ltest/shop/app/UsedListener;
.super Ljava/lang/Object;
.implements Lother/lib/Listener;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public onDone(I)V
    .registers 3
    const-string v0, "https://usedlistener.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

# Nothing calls this method, but another one makes such an object too
.method public static send()V
    .registers 1
    new-instance v0, Ltest/shop/app/UsedListener;
    invoke-direct {v0}, Ltest/shop/app/UsedListener;-><init>()V
    invoke-static {v0}, Lother/lib/Queue;->add(Lother/lib/Listener;)V
    return-void
.end method
