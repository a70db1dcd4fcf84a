.class public Ltest/shop/Sub;
.super Ltest/shop/Base;

.method say(Ljava/lang/String;)V
    .registers 3
    invoke-static {p1}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    return-void
.end method
