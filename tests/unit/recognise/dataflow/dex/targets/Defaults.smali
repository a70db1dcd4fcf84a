.class public interface abstract Ltest/shop/Defaults;
.super Ljava/lang/Object;

.method public note(Ljava/lang/String;)V
    .registers 4
    const-string v0, "shop"
    invoke-static {v0, p1}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method
