.class Ltest/innerlisted/app/Jobs$Sync;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;
.annotation system Ldalvik/annotation/EnclosingClass;
    value = Ltest/innerlisted/app/Jobs;
.end annotation
.annotation system Ldalvik/annotation/InnerClass;
    accessFlags = 0x8
    name = "Sync"
.end annotation
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method public run()V
    .registers 2
    :try_start_0
    const-string v0, "https://innerlisted.shop.test/a"
    invoke-static {v0}, Ltest/innerlisted/app/Main;->load(Ljava/lang/String;)V
    :try_end_5
    .catch Ljava/lang/Exception; {:try_start_0 .. :try_end_5} :catch_5
    :catch_5
    return-void
.end method
