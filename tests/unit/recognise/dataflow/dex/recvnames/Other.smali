.class Ltest/recvnames/app/Other;
.super Ltest/recvnames/app/Sync;
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ltest/recvnames/app/Sync;-><init>()V
    return-void
.end method
