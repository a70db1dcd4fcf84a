# The function
.class public Ltest/shop/SavedInit;
.super Ljava/lang/Object;
.implements Lkotlin/jvm/functions/Function0;
.field public static INSTANCE:Ltest/shop/SavedInit;
.method public static constructor <clinit>()V
    .locals 11
    new-instance v0, Ltest/shop/SavedInit;
    invoke-direct {v0}, Ltest/shop/SavedInit;-><init>()V
    sput-object v0, Ltest/shop/SavedInit;->INSTANCE:Ltest/shop/SavedInit;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method public invoke()Ljava/lang/Object;
    .locals 11
    const-string v0, "saved.shop.test"
    const v1, 0
    const v2, 2
    invoke-static {v0, v1, v2, v1}, Landroidx/compose/runtime/SnapshotStateKt;->mutableStateOf$default(Ljava/lang/Object;Landroidx/compose/runtime/SnapshotMutationPolicy;ILjava/lang/Object;)Landroidx/compose/runtime/MutableState;
    move-result-object v3
    return-object v3
.end method
