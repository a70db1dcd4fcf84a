.class public Ltest/quietopen/app/Main;
.super Landroid/app/Activity;
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
