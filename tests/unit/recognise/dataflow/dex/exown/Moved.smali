.class Ltest/exown/app/Moved;
.super Ljava/lang/Exception;
.method constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0, p1}, Ljava/lang/Exception;-><init>(Ljava/lang/String;)V
    return-void
.end method
