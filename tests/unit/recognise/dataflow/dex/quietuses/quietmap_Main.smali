.class public Ltest/quietmap/app/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    const-string v2, "https://quietmap.shop.test/"
    const-string v1, "Referer"
    new-instance v0, Ljava/util/HashMap;
    invoke-direct {v0}, Ljava/util/HashMap;-><init>()V
    invoke-virtual {v0, v1, v2}, Ljava/util/HashMap;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
