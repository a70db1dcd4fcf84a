.class public Ltest/flagcordova/app/Cl;
.super Ljava/lang/Object;
.field public static on:Z
.method public enable()V
    .locals 11
    const v0, 1
    sput-boolean v0, Ltest/flagcordova/app/Cl;->on:Z
    return-void
.end method
.method public call(Ljava/lang/String;)V
    .locals 11
    invoke-virtual {p0}, Ljava/lang/Object;->getClass()Ljava/lang/Class;
    move-result-object v0
    const v1, 0
    new-array v1, v1, [Ljava/lang/Class;
    invoke-virtual {v0, p1, v1}, Ljava/lang/Class;->getMethod(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;
    move-result-object v0
    const v2, 0
    new-array v2, v2, [Ljava/lang/Object;
    invoke-virtual {v0, p0, v2}, Ljava/lang/reflect/Method;->invoke(Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
