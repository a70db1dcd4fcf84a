.class Ltest/annread/app/Api;
.super Ljava/lang/Object;
.annotation runtime Ltest/annread/app/Info;
    helpUrl = "https://annread.shop.test/a"
.end annotation
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
