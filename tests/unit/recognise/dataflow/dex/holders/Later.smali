# A holder that gets its value later
.class public Ltest/shop/Later;
.super Ljava/lang/Object;
.field public server:Landroidx/lifecycle/MutableLiveData;
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, ""
    new-instance v1, Landroidx/lifecycle/MutableLiveData;
    invoke-direct {v1, v0}, Landroidx/lifecycle/MutableLiveData;-><init>(Ljava/lang/Object;)V
    iput-object v1, p0, Ltest/shop/Later;->server:Landroidx/lifecycle/MutableLiveData;
    return-void
.end method
.method public restore()V
    .locals 11
    iget-object v0, p0, Ltest/shop/Later;->server:Landroidx/lifecycle/MutableLiveData;
    const-string v1, "later.shop.test"
    invoke-virtual {v0, v1}, Landroidx/lifecycle/MutableLiveData;->postValue(Ljava/lang/Object;)V
    return-void
.end method
.method public open()V
    .locals 11
    iget-object v0, p0, Ltest/shop/Later;->server:Landroidx/lifecycle/MutableLiveData;
    invoke-virtual {v0}, Landroidx/lifecycle/LiveData;->getValue()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ljava/lang/String;
    const v1, 80
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
