.class public Llib/regkotlin/Table;
.super Ljava/lang/Object;
.method public static make()Ljava/lang/Object;
    .locals 11
    const-class v0, Llib/regkotlin/NetReceiver;
    const v1, 0
    new-array v1, v1, [Ljava/lang/Class;
    invoke-virtual {v0, v1}, Ljava/lang/Class;->getDeclaredConstructor([Ljava/lang/Class;)Ljava/lang/reflect/Constructor;
    move-result-object v0
    new-array v1, v1, [Ljava/lang/Object;
    invoke-virtual {v0, v1}, Ljava/lang/reflect/Constructor;->newInstance([Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
