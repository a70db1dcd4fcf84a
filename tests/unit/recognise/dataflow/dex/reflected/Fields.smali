.class public Ltest/shop/Fields;
.super Ljava/lang/Object;

# All string resources, by reflection
.method static all()[Ljava/lang/reflect/Field;
    .registers 2
    const-class v0, Ltest/shop/R$string;
    invoke-virtual {v0}, Ljava/lang/Class;->getFields()[Ljava/lang/reflect/Field;
    move-result-object v0
    return-object v0
.end method
