.class public Ltest/shop/Called$1;
.super Ltest/shop/Starter;

.field private final outer:Ltest/shop/Called;

.method public constructor <init>(Ltest/shop/Called;)V
    .registers 2
    iput-object p1, p0, Ltest/shop/Called$1;->outer:Ltest/shop/Called;
    invoke-direct {p0}, Ltest/shop/Starter;-><init>()V
    return-void
.end method
