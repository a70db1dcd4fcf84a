.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
