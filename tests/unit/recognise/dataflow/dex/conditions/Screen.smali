.class public Ltest/shop/Screen;
.super Landroid/app/Activity;

# The platform makes the object and calls its method
.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method

.method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    const/4 v0, 0x1
    sput-boolean v0, Ltest/shop/Config;->byPlatform:Z
    return-void
.end method
