# The initial value of a field has the name of the method
.class public Ltest/shop/app/Titled;
.super Ljava/lang/Object;

.method public byTitle()V
    .registers 2
    const-string v0, "https://titled.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
