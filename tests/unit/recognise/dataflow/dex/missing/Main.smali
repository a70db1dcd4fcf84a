.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method

# A number whose second half can be the index of a method: it looks like a call of it
.method public number()I
    .registers 2
    const v0, 0x7fff106e
    return v0
.end method
