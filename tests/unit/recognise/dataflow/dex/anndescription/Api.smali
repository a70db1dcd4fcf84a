.class Ltest/anndescription/app/Api;
.super Ljava/lang/Object;
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method public a()V
    .registers 1
    .annotation runtime Ltest/anndescription/app/Info;
        description = "https://anndescription.shop.test/a"
    .end annotation
    return-void
.end method
