.class public Ltest/shop/Keeper$1;
.super Ljava/lang/Object;

.field private final outer:Ltest/shop/Keeper;

.method public constructor <init>(Ltest/shop/Keeper;)V
    .registers 2
    iput-object p1, p0, Ltest/shop/Keeper$1;->outer:Ltest/shop/Keeper;
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
