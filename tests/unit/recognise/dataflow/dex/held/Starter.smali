.class Ltest/held/Starter;
.super Ljava/lang/Object;
# direct methods
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method static start()V
    .registers 4
    const-string v0, "https:"
    const-string v1, ""
    const-string v2, "task.held.test"
    const-string v3, "app.apk"
    filled-new-array {v0, v1, v2, v3}, [Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ltest/held/Task;
    const-string v2, "/"
    invoke-static {v2, v0}, Landroid/text/TextUtils;->join(Ljava/lang/CharSequence;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    invoke-direct {v1, v0}, Ltest/held/Task;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ltest/held/Task;->run()V
    return-void
.end method
