.class public Ltest/shop/Model;
.super Ljava/lang/Object;

# A reader of JSON can fill these objects
.field mode:I

.method ask()V
    .registers 3
    iget v0, p0, Ltest/shop/Model;->mode:I
    if-eqz v0, :end
    const-string v1, "https://frommodel.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method
