.class public Ltest/shop/Names;
.super Ljava/lang/Object;

# A name that code puts together
.method static find(Landroid/content/res/Resources;Ljava/lang/String;)I
    .registers 5
    const-string v0, "library_"
    invoke-virtual {v0, p1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "string"
    const-string v2, "test.shop"
    invoke-virtual {p0, v0, v1, v2}, Landroid/content/res/Resources;->getIdentifier(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)I
    move-result v0
    return v0
.end method
