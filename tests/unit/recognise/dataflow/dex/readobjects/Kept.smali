# Its superclass fills the fields of all classes below it
.class public Ltest/shop/Kept;
.super Ltest/shop/Filler;

.field private test:Z

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ltest/shop/Filler;-><init>()V
    return-void
.end method

.method public isTest()Z
    .registers 2
    iget-boolean v0, p0, Ltest/shop/Kept;->test:Z
    return v0
.end method

.method public setTest(Z)V
    .registers 2
    iput-boolean p1, p0, Ltest/shop/Kept;->test:Z
    return-void
.end method
