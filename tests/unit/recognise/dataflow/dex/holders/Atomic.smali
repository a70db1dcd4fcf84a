# A holder in a static field
.class public Ltest/shop/Atomic;
.super Ljava/lang/Object;
.field public static server:Ljava/util/concurrent/atomic/AtomicReference;
.method public static constructor <clinit>()V
    .locals 11
    const-string v1, "atomic.shop.test"
    new-instance v0, Ljava/util/concurrent/atomic/AtomicReference;
    invoke-direct {v0, v1}, Ljava/util/concurrent/atomic/AtomicReference;-><init>(Ljava/lang/Object;)V
    sput-object v0, Ltest/shop/Atomic;->server:Ljava/util/concurrent/atomic/AtomicReference;
    return-void
.end method
.method public static open()V
    .locals 11
    sget-object v0, Ltest/shop/Atomic;->server:Ljava/util/concurrent/atomic/AtomicReference;
    invoke-virtual {v0}, Ljava/util/concurrent/atomic/AtomicReference;->get()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ljava/lang/String;
    const v1, 80
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
