# Fills the fields of any object by reflection.
.class public Lorg/beans/Mapper;
.super Ljava/lang/Object;

.field public static target:Ljava/lang/Object;

.method public static fill(Ljava/lang/Object;)V
    .registers 2
    invoke-virtual {p0}, Ljava/lang/Object;->getClass()Ljava/lang/Class;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/Class;->getDeclaredFields()[Ljava/lang/reflect/Field;
    return-void
.end method
