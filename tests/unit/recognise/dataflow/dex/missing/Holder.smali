.class public Ltest/lib/Holder;
.super Ljava/lang/Object;

.field private static kept:Ltest/lib/GivenAway;

.method public static keep(Ltest/lib/GivenAway;)V
    .registers 1
    sput-object p0, Ltest/lib/Holder;->kept:Ltest/lib/GivenAway;
    return-void
.end method
