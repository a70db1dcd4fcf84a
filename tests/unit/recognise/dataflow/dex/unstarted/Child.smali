.class public Ltest/shop/app/Child;
.super Ltest/shop/app/Main;

.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ltest/shop/app/Main;-><init>()V
    const-string v0, "https://child.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
