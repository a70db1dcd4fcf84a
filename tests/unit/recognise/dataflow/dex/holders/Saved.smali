# State that outlives the screen, which a function makes
.class public Ltest/shop/Saved;
.super Ljava/lang/Object;
.method public static show(Landroidx/compose/runtime/Composer;)V
    .locals 11
    sget-object v3, Ltest/shop/SavedInit;->INSTANCE:Ltest/shop/SavedInit;
    check-cast v3, Lkotlin/jvm/functions/Function0;
    const v0, 0
    new-array v0, v0, [Ljava/lang/Object;
    const v1, 0
    const v2, 0
    move-object v4, p0
    const v5, 0
    const v6, 0
    invoke-static/range {v0 .. v6}, Landroidx/compose/runtime/saveable/RememberSaveableKt;->rememberSaveable([Ljava/lang/Object;Landroidx/compose/runtime/saveable/Saver;Ljava/lang/String;Lkotlin/jvm/functions/Function0;Landroidx/compose/runtime/Composer;II)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroidx/compose/runtime/MutableState;
    invoke-interface {v0}, Landroidx/compose/runtime/MutableState;->getValue()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ljava/lang/String;
    const v1, 80
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
