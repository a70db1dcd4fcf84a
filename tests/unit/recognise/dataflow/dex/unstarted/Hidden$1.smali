.class Ltest/shop/app/Hidden$1;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;
.annotation system Ldalvik/annotation/EnclosingClass;
    value = Ltest/shop/app/Hidden;
.end annotation

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public run()V
    .registers 4
    const-string v0, "https://inner.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
