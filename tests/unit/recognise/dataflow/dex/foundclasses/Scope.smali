# A library gets the class, and finds the method by its name
.class public Ltest/shop/app/Scope;
.super Ljava/lang/Object;

.method public static showPage()V
    .registers 2
    const-string v0, "https://scope.shop.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
