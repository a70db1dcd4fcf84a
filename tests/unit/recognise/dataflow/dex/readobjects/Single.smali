# A single object; other code only locks its class
.class public Ltest/shop/Single;
.super Ljava/lang/Object;

.field private test:Z
.field public static final single:Ltest/shop/Single;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public isTest()Z
    .registers 2
    iget-boolean v0, p0, Ltest/shop/Single;->test:Z
    return v0
.end method

.method public setTest(Z)V
    .registers 2
    iput-boolean p1, p0, Ltest/shop/Single;->test:Z
    return-void
.end method

.method static constructor <clinit>()V
    .registers 3
    new-instance v0, Ltest/shop/Single;
    invoke-direct {v0}, Ltest/shop/Single;-><init>()V
    sput-object v0, Ltest/shop/Single;->single:Ltest/shop/Single;
    return-void
.end method
