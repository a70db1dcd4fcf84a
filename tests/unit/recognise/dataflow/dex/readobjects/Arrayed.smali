# A reader of JSON gets the class of its arrays
.class public Ltest/shop/Arrayed;
.super Ljava/lang/Object;

.field private test:Z

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public isTest()Z
    .registers 2
    iget-boolean v0, p0, Ltest/shop/Arrayed;->test:Z
    return v0
.end method

.method public setTest(Z)V
    .registers 2
    iput-boolean p1, p0, Ltest/shop/Arrayed;->test:Z
    return-void
.end method
