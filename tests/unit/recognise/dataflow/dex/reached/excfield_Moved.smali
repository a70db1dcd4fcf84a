.class public Ltest/excfield/app/Moved;
.super Ljava/lang/Exception;
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Exception;-><init>()V
    return-void
.end method
