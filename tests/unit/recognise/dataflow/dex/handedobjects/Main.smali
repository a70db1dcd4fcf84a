.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 5
    sget-object v0, Ltest/shop/app/Given;->INSTANCE:Ltest/shop/app/Given;
    invoke-static {v0}, Lorg/beans/Mapper;->fill(Ljava/lang/Object;)V
    invoke-static {}, Ltest/shop/app/Main;->got()Ltest/shop/app/Got;
    move-result-object v0
    invoke-static {v0}, Lorg/beans/Mapper;->fill(Ljava/lang/Object;)V
    sget-object v0, Ltest/shop/app/Taken;->INSTANCE:Ltest/shop/app/Taken;
    invoke-static {v0}, Ltest/shop/app/Main;->take(Ltest/shop/app/Taken;)V
    sget-object v0, Ltest/shop/app/Listed;->INSTANCE:Ltest/shop/app/Listed;
    new-instance v1, Ljava/util/ArrayList;
    invoke-direct {v1}, Ljava/util/ArrayList;-><init>()V
    invoke-virtual {v1, v0}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    sget-object v0, Ltest/shop/app/Arrayed;->INSTANCE:Ltest/shop/app/Arrayed;
    const/4 v1, 0x1
    new-array v1, v1, [Ljava/lang/Object;
    const/4 v2, 0x0
    aput-object v0, v1, v2
    sget-object v0, Ltest/shop/app/Kept;->INSTANCE:Ltest/shop/app/Kept;
    sput-object v0, Lorg/beans/Mapper;->target:Ljava/lang/Object;
    sget-object v0, Ltest/shop/app/Itself;->INSTANCE:Ltest/shop/app/Itself;
    invoke-virtual {v0}, Ltest/shop/app/Itself;->read()V
    sget-object v0, Ltest/shop/app/Compared;->INSTANCE:Ltest/shop/app/Compared;
    invoke-virtual {v0, v0}, Ljava/lang/Object;->equals(Ljava/lang/Object;)Z
    nop
    invoke-static {}, Ltest/shop/app/Given;->open()V
    invoke-static {}, Ltest/shop/app/Got;->open()V
    invoke-static {}, Ltest/shop/app/Taken;->open()V
    invoke-static {}, Ltest/shop/app/Listed;->open()V
    invoke-static {}, Ltest/shop/app/Arrayed;->open()V
    invoke-static {}, Ltest/shop/app/Kept;->open()V
    invoke-static {}, Ltest/shop/app/Itself;->open()V
    invoke-static {}, Ltest/shop/app/Compared;->open()V
    invoke-static {}, Ltest/shop/app/Alone;->open()V
    return-void
.end method

.method static got()Ltest/shop/app/Got;
    .registers 1
    sget-object v0, Ltest/shop/app/Got;->INSTANCE:Ltest/shop/app/Got;
    return-object v0
.end method

.method static take(Ltest/shop/app/Taken;)V
    .registers 1
    invoke-static {p0}, Lorg/beans/Mapper;->fill(Ljava/lang/Object;)V
    return-void
.end method
