.class public Llib/sender/Acra;
.super Ljava/lang/Object;
.method public static init(Llib/sender/SenderFactory;)V
    .locals 11
    invoke-interface {p0}, Llib/sender/SenderFactory;->create()Llib/sender/Sender;
    move-result-object v0
    const-string v1, "x"
    invoke-interface {v0, v1}, Llib/sender/Sender;->send(Ljava/lang/String;)V
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
