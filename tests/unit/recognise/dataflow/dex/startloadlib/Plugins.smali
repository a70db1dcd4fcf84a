.class public Lother/lib/Plugins;
.super Ljava/lang/Object;

.method public static open(Landroid/content/Context;Ljava/lang/String;)V
    .registers 6
    invoke-static {p1}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;
    return-void
.end method
