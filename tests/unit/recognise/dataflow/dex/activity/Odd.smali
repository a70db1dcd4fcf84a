.class public Ltest/shop/app/Odd;
.super Landroid/odd/Unknown;
# A class of the platform that is not in the list can declare any method.

.method public refresh()V
    .registers 2
    const-string v0, "https://odd.shop.test/"
    invoke-static {v0}, Ltest/shop/app/Net;->load(Ljava/lang/String;)V
    return-void
.end method
