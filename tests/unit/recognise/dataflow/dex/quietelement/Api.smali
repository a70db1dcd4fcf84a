.class Ltest/quietelement/app/Api;
.super Ljava/lang/Object;
.annotation runtime Ltest/quietelement/app/Info;
    helpUrl = "https://quietelement.shop.test/a"
.end annotation
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
