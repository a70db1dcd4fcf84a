.class public Ltest/getterview/app/Main;
.super Landroid/app/Activity;
.field public v:Landroid/widget/TextView;
.method public view()Landroid/widget/TextView;
    .locals 11
    iget-object v0, p0, Ltest/getterview/app/Main;->v:Landroid/widget/TextView;
    return-object v0
.end method
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    invoke-virtual {p0}, Ltest/getterview/app/Main;->view()Landroid/widget/TextView;
    move-result-object v0
    const-string v2, "https://getterview.shop.test/"
    invoke-virtual {v0, v2}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    return-void
.end method
.method public onResume()V
    .locals 11
    invoke-virtual {p0}, Ltest/getterview/app/Main;->view()Landroid/widget/TextView;
    move-result-object v0
    invoke-virtual {v0}, Landroid/widget/TextView;->getText()Ljava/lang/CharSequence;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v1
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
