.class public Ltest/shop/Service;
.super Ljava/lang/Object;

.field static one:Ltest/shop/Service;
.field url:Ljava/lang/String;

.method start(Landroid/content/Context;)V
    .registers 2
    return-void
.end method
