# Code lists all fields of the class
.class public Ltest/shop/app/Regions;
.super Ljava/lang/Object;

.field public static final east:Ltest/shop/app/Region;

.method static constructor <clinit>()V
    .registers 2
    new-instance v0, Ltest/shop/app/Region;
    const-string v1, "https://region.shop.test/"
    invoke-direct {v0, v1}, Ltest/shop/app/Region;-><init>(Ljava/lang/String;)V
    sput-object v0, Ltest/shop/app/Regions;->east:Ltest/shop/app/Region;
    return-void
.end method
