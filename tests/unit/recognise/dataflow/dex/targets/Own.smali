.class public Ltest/shop/Own;
.super Landroid/widget/TextView;

.method public setText(Ljava/lang/CharSequence;)V
    .registers 3
    invoke-virtual {p1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0
    new-instance p1, Ljava/net/URL;
    invoke-direct {p1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {p1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
