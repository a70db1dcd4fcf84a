# A holder with its value from the beginning, read through a getter
.class public Ltest/shop/Live;
.super Ljava/lang/Object;
.field public server:Landroidx/lifecycle/MutableLiveData;
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "live.shop.test"
    new-instance v1, Landroidx/lifecycle/MutableLiveData;
    invoke-direct {v1, v0}, Landroidx/lifecycle/MutableLiveData;-><init>(Ljava/lang/Object;)V
    iput-object v1, p0, Ltest/shop/Live;->server:Landroidx/lifecycle/MutableLiveData;
    return-void
.end method
.method public getServer()Landroidx/lifecycle/LiveData;
    .locals 11
    iget-object v0, p0, Ltest/shop/Live;->server:Landroidx/lifecycle/MutableLiveData;
    return-object v0
.end method
.method public open()V
    .locals 11
    invoke-virtual {p0}, Ltest/shop/Live;->getServer()Landroidx/lifecycle/LiveData;
    move-result-object v0
    invoke-virtual {v0}, Landroidx/lifecycle/LiveData;->getValue()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ljava/lang/String;
    const v1, 80
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
