.class public Ltest/shop/Base;
.super Ljava/lang/Object;

.method say(Ljava/lang/String;)V
    .registers 3
    return-void
.end method

# A method that a class overrides
.method tell()V
    .registers 3
    const-string v0, "https://overridden.shop.test/a"
    invoke-virtual {p0, v0}, Ltest/shop/Base;->say(Ljava/lang/String;)V
    return-void
.end method
