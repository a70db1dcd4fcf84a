.class public Ltest/shop/Started$1;
.super Ljava/lang/Object;

.field private final outer:Ltest/shop/Started;

.method public constructor <init>(Ltest/shop/Started;)V
    .registers 2
    iput-object p1, p0, Ltest/shop/Started$1;->outer:Ltest/shop/Started;
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
