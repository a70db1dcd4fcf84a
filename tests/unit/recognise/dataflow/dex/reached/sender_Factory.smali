.class public Ltest/sender/app/Factory;
.super Ljava/lang/Object;
.implements Llib/sender/SenderFactory;
.method public create()Llib/sender/Sender;
    .locals 11
    new-instance v0, Ltest/sender/app/Http;
    invoke-direct {v0}, Ltest/sender/app/Http;-><init>()V
    return-object v0
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
