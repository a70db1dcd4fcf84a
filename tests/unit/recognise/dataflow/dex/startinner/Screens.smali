.class public Ltest/shop/app/Screens;
.super Ljava/lang/Object;

.method public static all()[Ljava/lang/Class;
    .registers 1
    const-class v0, Ltest/shop/app/Screens;
    invoke-virtual {v0}, Ljava/lang/Class;->getDeclaredClasses()[Ljava/lang/Class;
    move-result-object v0
    return-object v0
.end method
