# A file of the assets by a name that only a run knows, without the AssetManager.
.class public Ltest/app/Help;
.super Ljava/lang/Object;

.method public static read(Ljava/lang/String;)Ljava/io/InputStream;
    .locals 2
    const-string v0, "/assets/"
    invoke-virtual {v0, p0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-class v1, Ltest/app/Help;
    invoke-virtual {v1, v0}, Ljava/lang/Class;->getResourceAsStream(Ljava/lang/String;)Ljava/io/InputStream;
    move-result-object v0
    return-object v0
.end method
