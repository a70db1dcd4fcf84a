.class public Lother/scan/Tags;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    new-instance v0, Lother/scan/Tagged;
    invoke-direct {v0}, Lother/scan/Tagged;-><init>()V
    new-instance v0, Lother/scan/Given;
    invoke-direct {v0}, Lother/scan/Given;-><init>()V
    return-void
.end method
