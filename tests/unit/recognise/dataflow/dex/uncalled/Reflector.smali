# A library that calls methods by their names
.class public Lother/lib/Reflector;
.super Ljava/lang/Object;

.method public static call(Ljava/lang/Class;)Ljava/lang/reflect/Method;
    .registers 3
    const-string v0, "test.shop.app.Named"
    invoke-static {v0}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;
    move-result-object p0
    const-string v0, "connect"
    const/4 v1, 0x0
    invoke-virtual {p0, v0, v1}, Ljava/lang/Class;->getMethod(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;
    move-result-object v0
    return-object v0
.end method
