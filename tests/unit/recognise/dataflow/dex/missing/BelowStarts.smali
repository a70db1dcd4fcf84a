.class public Ltest/lib/BelowStarts;
.super Ltest/lib/Starts;

.method static constructor <clinit>()V
    .registers 2
    const-string v0, "https://belowinitialiser.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Ltest/lib/Starts;-><init>()V
    return-void
.end method
