.class public Ltest/shop/Starter;
.super Ljava/lang/Object;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public static start(Ljava/lang/Object;)V
    .registers 1
    return-void
.end method
