.class Ltest/quietnative/app/Cfg;
.super Ljava/lang/Object;
.field static mode:I = 0x1
.method static constructor <clinit>()V
    .registers 0
    return-void
.end method
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
