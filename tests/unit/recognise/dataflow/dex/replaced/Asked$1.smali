.class public Ltest/shop/Asked$1;
.super Ljava/lang/Object;

.field private final outer:Ltest/shop/Asked;

.method public constructor <init>(Ltest/shop/Asked;)V
    .registers 2
    iput-object p1, p0, Ltest/shop/Asked$1;->outer:Ltest/shop/Asked;
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    invoke-virtual {p1}, Ltest/shop/Asked;->ask()V
    return-void
.end method
