.class public Ltest/shop/Flag;
.super Ljava/lang/Object;

.field static final EVERY:Ljava/util/HashMap;
.field value:Ljava/lang/String;

.method static define(Ljava/lang/String;Ljava/lang/String;)Ltest/shop/Flag;
    .registers 4
    new-instance v0, Ltest/shop/Flag;
    invoke-direct {v0}, Ltest/shop/Flag;-><init>()V
    iput-object p1, v0, Ltest/shop/Flag;->value:Ljava/lang/String;
    sget-object v1, Ltest/shop/Flag;->EVERY:Ljava/util/HashMap;
    invoke-virtual {v1, p0, p1}, Ljava/util/HashMap;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-object v0
.end method

.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method static find(Ljava/lang/String;)Ltest/shop/Flag;
    .registers 2
    sget-object v0, Ltest/shop/Flag;->EVERY:Ljava/util/HashMap;
    invoke-virtual {v0, p0}, Ljava/util/HashMap;->get(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ltest/shop/Flag;
    return-object v0
.end method
