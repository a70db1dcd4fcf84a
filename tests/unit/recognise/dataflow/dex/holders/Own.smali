# A class of the app that extends a holder, with a field of its own
.class public Ltest/shop/Own;
.super Landroidx/lifecycle/MutableLiveData;
.field public port:Ljava/lang/String;
.method public constructor <init>(Ljava/lang/String;)V
    .locals 11
    invoke-direct {p0, p1}, Landroidx/lifecycle/MutableLiveData;-><init>(Ljava/lang/Object;)V
    const-string v0, "own.shop.test"
    iput-object v0, p0, Ltest/shop/Own;->port:Ljava/lang/String;
    return-void
.end method
.method public open()V
    .locals 11
    iget-object v0, p0, Ltest/shop/Own;->port:Ljava/lang/String;
    const v1, 80
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
