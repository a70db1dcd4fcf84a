.class public Ltest/shop/NoEvents;
.super Ljava/lang/Object;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public onEvent(Ltest/shop/Created;Ltest/shop/Kept;)Ljava/lang/String;
    .registers 4
    const-string v0, "https://noevent.shop.test/"
    return-object v0
.end method
