.class public Ltest/lib/MultiDex$V19;
.super Ljava/lang/Object;

.method public static add(Ljava/lang/Class;)V
    .registers 3
    const-string v0, "pathList"
    invoke-virtual {p0, v0}, Ljava/lang/Class;->getDeclaredField(Ljava/lang/String;)Ljava/lang/reflect/Field;
    return-void
.end method
