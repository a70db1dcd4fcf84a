.class public Ltest/shop/Seats;
.super Landroid/app/Activity;

.method public onResume()V
    .registers 4
    const-string v0, "https://stubasked.shop.test/a"
    new-instance v1, Lorg/apache/http/client/methods/HttpGet;
    invoke-direct {v1, v0}, Lorg/apache/http/client/methods/HttpGet;-><init>(Ljava/lang/String;)V
    const-string v0, "https://dropped.shop.test/a"
    new-instance v1, Ltest/shop/Dropped;
    invoke-direct {v1, v0}, Ltest/shop/Dropped;-><init>(Ljava/lang/String;)V
    return-void
.end method
