.class public Ltest/shop/Events;
.super Ljava/lang/Object;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public onEventMainThread(Ltest/shop/Created;)Ljava/lang/String;
    .registers 3
    const-string v0, "https://event.shop.test/"
    return-object v0
.end method
