.class public Ltest/shop/Copy;
.super Ljava/lang/Object;

.method static names(Landroid/content/res/AssetManager;)[Ljava/lang/String;
    .registers 2
    const-string v0, ""
    invoke-virtual {p0, v0}, Landroid/content/res/AssetManager;->list(Ljava/lang/String;)[Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
