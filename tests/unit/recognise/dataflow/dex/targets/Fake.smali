.class public Ltest/shop/Fake;
.super Ljava/lang/Object;
.implements Ltest/shop/Service2;

.method public get(Ljava/lang/String;)V
    .registers 2
    return-void
.end method
