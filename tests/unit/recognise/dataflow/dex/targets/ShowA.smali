.class public Ltest/shop/ShowA;
.super Ljava/lang/Object;
.implements Ltest/shop/Shows;
.implements Ltest/shop/Sends;
.implements Ltest/shop/Defaults;

.method public show(Ljava/lang/String;)V
    .registers 4
    const-string v0, "shop"
    invoke-static {v0, p1}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method public send(Ljava/lang/String;)V
    .registers 4
    return-void
.end method
