.class public interface abstract Ltest/lib/Keys;
.super Ljava/lang/Object;

.method static constructor <clinit>()V
    .registers 2
    new-instance v0, Lorg/maps/Point;
    invoke-direct {v0}, Lorg/maps/Point;-><init>()V
    return-void
.end method
