.class public Lr1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "MEqIAa7AlYN6cLSo6r8qhys3F3uOC81UncU1cAg="
    invoke-static {v0}, Lr1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lr1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

