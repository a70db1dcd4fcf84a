# The initialiser gives the class to a writer of its fields
.class public Ltest/shop/Counted;
.super Ljava/lang/Object;

.field private test:Z
.field static final writer:Ljava/util/concurrent/atomic/AtomicIntegerFieldUpdater;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public isTest()Z
    .registers 2
    iget-boolean v0, p0, Ltest/shop/Counted;->test:Z
    return v0
.end method

.method public setTest(Z)V
    .registers 2
    iput-boolean p1, p0, Ltest/shop/Counted;->test:Z
    return-void
.end method

.method static constructor <clinit>()V
    .registers 3
    const-class v0, Ltest/shop/Counted;
    const-string v1, "test"
    invoke-static {v0, v1}, Ljava/util/concurrent/atomic/AtomicIntegerFieldUpdater;->newUpdater(Ljava/lang/Class;Ljava/lang/String;)Ljava/util/concurrent/atomic/AtomicIntegerFieldUpdater;
    move-result-object v0
    sput-object v0, Ltest/shop/Counted;->writer:Ljava/util/concurrent/atomic/AtomicIntegerFieldUpdater;
    return-void
.end method
