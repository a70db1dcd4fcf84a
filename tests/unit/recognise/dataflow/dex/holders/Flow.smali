# Two holders; nothing contacts what is in the second one
.class public Ltest/shop/Flow;
.super Ljava/lang/Object;
.field public server:Lkotlinx/coroutines/flow/MutableStateFlow;
.field public name:Lkotlinx/coroutines/flow/MutableStateFlow;
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "flow.shop.test"
    invoke-static {v0}, Lkotlinx/coroutines/flow/StateFlowKt;->MutableStateFlow(Ljava/lang/Object;)Lkotlinx/coroutines/flow/MutableStateFlow;
    move-result-object v1
    iput-object v1, p0, Ltest/shop/Flow;->server:Lkotlinx/coroutines/flow/MutableStateFlow;
    const-string v0, "name.titles.test"
    invoke-static {v0}, Lkotlinx/coroutines/flow/StateFlowKt;->MutableStateFlow(Ljava/lang/Object;)Lkotlinx/coroutines/flow/MutableStateFlow;
    move-result-object v1
    iput-object v1, p0, Ltest/shop/Flow;->name:Lkotlinx/coroutines/flow/MutableStateFlow;
    return-void
.end method
.method public open()V
    .locals 11
    iget-object v0, p0, Ltest/shop/Flow;->server:Lkotlinx/coroutines/flow/MutableStateFlow;
    invoke-interface {v0}, Lkotlinx/coroutines/flow/MutableStateFlow;->getValue()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ljava/lang/String;
    const v1, 80
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
