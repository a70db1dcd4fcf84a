# Its constructor gives the object to a library
.class public Ltest/shop/Built;
.super Ljava/lang/Object;

.field private test:Z

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    invoke-static {p0}, Lorg/json/Mapper;->update(Ljava/lang/Object;)V
    return-void
.end method

.method public isTest()Z
    .registers 2
    iget-boolean v0, p0, Ltest/shop/Built;->test:Z
    return v0
.end method

.method public setTest(Z)V
    .registers 2
    iput-boolean p1, p0, Ltest/shop/Built;->test:Z
    return-void
.end method
