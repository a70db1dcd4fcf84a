.class public Ltest/shop/Screen;
.super Landroid/app/Activity;

# A class of the platform above it can call it
.method getCallingPackage()Ljava/lang/String;
    .registers 2
    const-string v0, "https://screen.shop.test/"
    return-object v0
.end method

.method show()V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Screen;->getCallingPackage()Ljava/lang/String;
    move-result-object v0
    const-string v1, "shop"
    invoke-static {v1, v0}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method
