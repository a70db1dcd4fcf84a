# Fills its fields by their names
.class public Ltest/shop/Filler;
.super Ljava/lang/Object;

.method public constructor <init>()V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    invoke-virtual {p0}, Ljava/lang/Object;->getClass()Ljava/lang/Class;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/Class;->getDeclaredFields()[Ljava/lang/reflect/Field;
    move-result-object v0
    invoke-static {p0, v0}, Lorg/other/Stored;->fill(Ljava/lang/Object;[Ljava/lang/reflect/Field;)V
    return-void
.end method
