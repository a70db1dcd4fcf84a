# The state of a screen, read by a button
.class public Ltest/shop/Screen;
.super Ljava/lang/Object;
.method public static server(Landroidx/compose/runtime/MutableState;)Ljava/lang/String;
    .locals 11
    move-object v0, p0
    invoke-interface {v0}, Landroidx/compose/runtime/State;->getValue()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ljava/lang/String;
    return-object v0
.end method
.method public static show(Landroidx/compose/runtime/Composer;Ljava/lang/Object;)V
    .locals 11
    invoke-interface {p0}, Landroidx/compose/runtime/Composer;->rememberedValue()Ljava/lang/Object;
    move-result-object v0
    if-ne v0, p1, :have
    const-string v0, "screen.shop.test"
    const v1, 0
    const v2, 2
    invoke-static {v0, v1, v2, v1}, Landroidx/compose/runtime/SnapshotStateKt;->mutableStateOf$default(Ljava/lang/Object;Landroidx/compose/runtime/SnapshotMutationPolicy;ILjava/lang/Object;)Landroidx/compose/runtime/MutableState;
    move-result-object v0
    :have
    check-cast v0, Landroidx/compose/runtime/MutableState;
    new-instance v3, Ltest/shop/ScreenClick;
    invoke-direct {v3, v0}, Ltest/shop/ScreenClick;-><init>(Landroidx/compose/runtime/MutableState;)V
    new-instance v4, Ljava/lang/Thread;
    invoke-direct {v4, v3}, Ljava/lang/Thread;-><init>(Ljava/lang/Runnable;)V
    return-void
.end method
