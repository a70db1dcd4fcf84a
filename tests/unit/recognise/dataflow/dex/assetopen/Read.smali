.class public Ltest/shop/Read;
.super Ljava/lang/Object;

# Opens a file of the assets; list is a method of another class
.method static read(Landroid/content/res/AssetManager;Ljava/io/File;)Ljava/io/InputStream;
    .registers 3
    invoke-virtual {p1}, Ljava/io/File;->list()[Ljava/lang/String;
    const-string v0, "table.csv"
    invoke-virtual {p0, v0}, Landroid/content/res/AssetManager;->open(Ljava/lang/String;)Ljava/io/InputStream;
    move-result-object v0
    return-object v0
.end method
