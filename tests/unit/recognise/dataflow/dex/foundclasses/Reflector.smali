# A library that calls methods of objects by their names
.class public Lother/lib/Reflector;
.super Ljava/lang/Object;

.method public static call(Ljava/lang/Object;)V
    .registers 4
    invoke-virtual {p0}, Ljava/lang/Object;->getClass()Ljava/lang/Class;
    move-result-object v1
    const-string v0, "onPush"
    invoke-static {v1, v0}, Lother/lib/Reflector;->find(Ljava/lang/Class;Ljava/lang/String;)V
    return-void
.end method

.method public static show(Ljava/lang/Class;)V
    .registers 4
    const-string v0, "showPage"
    invoke-static {p0, v0}, Lother/lib/Reflector;->find(Ljava/lang/Class;Ljava/lang/String;)V
    return-void
.end method

.method private static find(Ljava/lang/Class;Ljava/lang/String;)V
    .registers 4
    const/4 v1, 0x0
    invoke-virtual {p0, p1, v1}, Ljava/lang/Class;->getMethod(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;
    move-result-object v0
    invoke-virtual {v0, v1, v1}, Ljava/lang/reflect/Method;->invoke(Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method
