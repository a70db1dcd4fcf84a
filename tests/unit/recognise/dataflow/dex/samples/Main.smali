.class public Ltest/app/demo/Main;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    const-string v0, "https://own.maps.test/"
    invoke-static {v0}, Lorg/maps/client/Client;->get(Ljava/lang/String;)V
    return-void
.end method
