.class public Ltest/same/Same;
.super Ljava/lang/Object;

# The class of the watch, with the same name, logs it
.method static use(Ljava/lang/String;)V
    .registers 2
    const-string v0, "same"
    invoke-static {v0, p0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method static watch()V
    .registers 1
    const-string v0, "https://watch.same.test/"
    invoke-static {v0}, Ltest/same/Same;->use(Ljava/lang/String;)V
    return-void
.end method
