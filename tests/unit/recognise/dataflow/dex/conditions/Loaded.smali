.class public Ltest/shop/Loaded;
.super Ljava/lang/Object;

# One object, which a reader of JSON makes
.field private static self:Ltest/shop/Loaded;
.field private mode:I

.method static load(Ljava/lang/Object;)V
    .registers 1
    check-cast p0, Ltest/shop/Loaded;
    sput-object p0, Ltest/shop/Loaded;->self:Ltest/shop/Loaded;
    return-void
.end method

.method ask()V
    .registers 3
    iget v0, p0, Ltest/shop/Loaded;->mode:I
    if-eqz v0, :end
    const-string v1, "https://loaded.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method
