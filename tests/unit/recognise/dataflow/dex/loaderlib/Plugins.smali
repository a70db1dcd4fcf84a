.class public Ltest/lib/Plugins;
.super Ljava/lang/Object;

.method public static load(Ljava/lang/ClassLoader;)V
    .registers 6
    new-instance v0, Ldalvik/system/DexClassLoader;
    const-string v1, "/data/plugin.jar"
    const-string v2, "/data"
    const/4 v3, 0x0
    invoke-direct {v0, v1, v2, v3, p0}, Ldalvik/system/DexClassLoader;-><init>(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/lang/ClassLoader;)V
    return-void
.end method
