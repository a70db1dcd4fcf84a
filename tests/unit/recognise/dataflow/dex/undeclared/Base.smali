.class public abstract Lother/scan/Base;
.super Landroid/app/ListActivity;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/ListActivity;-><init>()V
    return-void
.end method

.method public onStart()V
    .registers 3
    const-string v0, "https://base.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
