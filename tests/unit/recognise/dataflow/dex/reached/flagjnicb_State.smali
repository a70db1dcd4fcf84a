.class public Llib/flagjnicb/State;
.super Ljava/lang/Object;
.field public st:I
.method public onState(I)V
    .locals 11
    iput p1, p0, Llib/flagjnicb/State;->st:I
    return-void
.end method
.method public go()V
    .locals 11
    iget v0, p0, Llib/flagjnicb/State;->st:I
    if-eqz v0, :no
    const-string v0, "https://flagjnicb.shop.test/"
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    :no
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
