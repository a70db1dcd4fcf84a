.class public Ltest/shop/Described;
.super Ljava/lang/Object;
.annotation runtime Ltest/shop/Component;
    description = "https://described.shop.test/a"
    helpUrl = "https://helpurl.shop.test/a"
    iconName = "https://icon.shop.test/a"
    server = "https://element.shop.test/a"
.end annotation
.annotation runtime Ltest/shop/Others;
    helpUrl = "https://describedandasked.shop.test/a"
    source = "https://helpurlandelement.shop.test/a"
.end annotation
.annotation runtime Ltest/shop/Third;
    helpUrl = "https://helpurlandelement.shop.test/a"
.end annotation

.method static reads()V
    .registers 1
    const-string v0, "https://describedandasked.shop.test/a"
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    return-void
.end method
