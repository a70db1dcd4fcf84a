# A picture of Compose, its preview, and a preview that other code calls.
.class public final Ltest/shop/app/ScreenKt;
.super Ljava/lang/Object;

.method public static final Photo(Ljava/lang/String;Landroidx/compose/runtime/Composer;)V
    .registers 3
    .annotation build Landroidx/compose/runtime/Composable;
    .end annotation
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method

.method public static final PhotoPreview(Landroidx/compose/runtime/Composer;)V
    .registers 2
    .annotation build Landroidx/compose/runtime/Composable;
    .end annotation
    .annotation build Landroidx/compose/ui/tooling/preview/Preview;
    .end annotation
    const-string v0, "https://preview.shop.test/"
    invoke-static {v0, p0}, Ltest/shop/app/ScreenKt;->Photo(Ljava/lang/String;Landroidx/compose/runtime/Composer;)V
    return-void
.end method

.method public static final Card(Landroidx/compose/runtime/Composer;)V
    .registers 2
    .annotation build Landroidx/compose/runtime/Composable;
    .end annotation
    .annotation build Landroidx/compose/ui/tooling/preview/Preview;
    .end annotation
    const-string v0, "https://card.shop.test/"
    invoke-static {v0, p0}, Ltest/shop/app/ScreenKt;->Photo(Ljava/lang/String;Landroidx/compose/runtime/Composer;)V
    return-void
.end method

.method public static final Hooked(Landroidx/compose/runtime/Composer;)V
    .registers 2
    .annotation runtime Lorg/hooks/Hook;
    .end annotation
    const-string v0, "https://hooked.shop.test/"
    invoke-static {v0, p0}, Ltest/shop/app/ScreenKt;->Photo(Ljava/lang/String;Landroidx/compose/runtime/Composer;)V
    return-void
.end method
