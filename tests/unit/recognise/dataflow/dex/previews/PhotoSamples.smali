# Values for previews: only the activity for previews makes its objects.
.class public final Ltest/shop/app/PhotoSamples;
.super Ljava/lang/Object;
.implements Landroidx/compose/ui/tooling/preview/PreviewParameterProvider;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public getValues()Lkotlin/sequences/Sequence;
    .registers 3
    const-string v0, "https://sample.shop.test/"
    invoke-static {v0}, Lkotlin/sequences/SequencesKt;->of(Ljava/lang/Object;)Lkotlin/sequences/Sequence;
    move-result-object v0
    return-object v0
.end method
