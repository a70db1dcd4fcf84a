.class public Ltest/lib/Early;
.super Ljava/lang/Object;

.method static constructor <clinit>()V
    .registers 2
    invoke-static {}, Ltest/lib/Early;->use()V
    invoke-static {}, Lorg/maps/Point;->origin()V
    return-void
.end method

.method public static use()V
    .registers 4
    const-string v0, "https://early.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
