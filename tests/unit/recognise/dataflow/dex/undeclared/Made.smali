.class public Lother/scan/Made;
.super Landroid/app/Activity;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method

.method public onStart()V
    .registers 3
    const-string v0, "https://made.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
