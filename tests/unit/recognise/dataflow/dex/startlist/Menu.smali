.class public Lother/lib/Menu;
.super Ljava/lang/Object;

.method public static open(Landroid/content/pm/PackageInfo;)V
    .registers 6
    iget-object v0, p0, Landroid/content/pm/PackageInfo;->activities:[Landroid/content/pm/ActivityInfo;
    invoke-static {v0}, Lother/lib/Client;->show(Ljava/lang/Object;)V
    return-void
.end method
