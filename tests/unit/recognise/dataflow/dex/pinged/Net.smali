.class public Ltest/lib/Net;
.super Ljava/lang/Object;

.field public static final UNREAD:Ljava/lang/String; = "ping -c 1 unread.shop.test"

# A library that tests the network: the host of the app, or a known one
.method public static test(Ljava/lang/String;)V
    .registers 5
    if-nez p0, :known
    const-string p0, "223.5.5.5"
    :known
    const-string v1, "ping -c 1 %s"
    const/4 v2, 1
    new-array v2, v2, [Ljava/lang/Object;
    const/4 v3, 0
    aput-object p0, v2, v3
    invoke-static {v1, v2}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v1
    invoke-static {v1}, Ltest/lib/Net;->run(Ljava/lang/String;)V
    const-string v1, "plain.shop.test"
    invoke-static {v1}, Ltest/lib/Net;->name(Ljava/lang/String;)V
    return-void
.end method

.method public static append()V
    .registers 3
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "/system/bin/ping -c 1 -w 100 "
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const-string v1, "gate.shop.test"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-static {v1}, Ltest/lib/Net;->run(Ljava/lang/String;)V
    return-void
.end method

.method public static whole()V
    .registers 2
    const-string v1, "ping -c 3 -i 0.2 www.shop.test"
    invoke-static {v1}, Ltest/lib/Net;->run(Ljava/lang/String;)V
    const-string v1, "ping -c 3 whole.shop.test"
    invoke-static {v1}, Ltest/lib/Net;->run(Ljava/lang/String;)V
    const-string v1, "ping -c 3 127.0.0.1"
    invoke-static {v1}, Ltest/lib/Net;->run(Ljava/lang/String;)V
    const-string v1, "ping of said.shop.test"
    invoke-static {v1}, Ltest/lib/Net;->run(Ljava/lang/String;)V
    const-string v1, "ping -c 3 logged.shop.test"
    invoke-static {v1, v1}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method static run(Ljava/lang/String;)V
    .registers 2
    invoke-static {}, Ljava/lang/Runtime;->getRuntime()Ljava/lang/Runtime;
    move-result-object v0
    invoke-virtual {v0, p0}, Ljava/lang/Runtime;->exec(Ljava/lang/String;)Ljava/lang/Process;
    return-void
.end method

.method static native name(Ljava/lang/String;)V
.end method
