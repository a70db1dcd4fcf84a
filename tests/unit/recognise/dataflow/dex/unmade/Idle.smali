.class public Ltest/shop/app/Idle;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;

.field private static address:Ljava/lang/String; = "https://idlefield.shop.test/"
.field public static final COPY:Ljava/lang/String; = "https://idle.shop.test/"

.method public run()V
    .registers 3
    const-string v0, "https://idle.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    sget-object v0, Ltest/shop/app/Idle;->address:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
