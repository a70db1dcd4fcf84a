.class public Ltest/shop/app/Logged;
.super Landroid/app/Service;

.field private static final TAG:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 1
    const-class v0, Ltest/shop/app/Logged;
    invoke-virtual {v0}, Ljava/lang/Class;->getSimpleName()Ljava/lang/String;
    move-result-object v0
    sput-object v0, Ltest/shop/app/Logged;->TAG:Ljava/lang/String;
    return-void
.end method

.method public onCreate()V
    .registers 3
    const-string v0, "Logged"
    const-string v1, "begins"
    invoke-static {v0, v1}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    const-string v0, "https://logged.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
