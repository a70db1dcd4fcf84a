# Input fields that code fills, with other code that reads them
.class public Ltest/shop/Filled;
.super Landroid/app/Activity;

.field private broker:Landroid/widget/EditText;
.field private name:Landroid/widget/EditText;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 4
    const v0, 0x7f0a0011
    invoke-virtual {p0, v0}, Ltest/shop/Filled;->findViewById(I)Landroid/view/View;
    move-result-object v0
    check-cast v0, Landroid/widget/EditText;
    iput-object v0, p0, Ltest/shop/Filled;->broker:Landroid/widget/EditText;
    const v0, 0x7f0a0012
    invoke-virtual {p0, v0}, Ltest/shop/Filled;->findViewById(I)Landroid/view/View;
    move-result-object v0
    check-cast v0, Landroid/widget/EditText;
    iput-object v0, p0, Ltest/shop/Filled;->name:Landroid/widget/EditText;
    return-void
.end method

.method public onResume()V
    .registers 3
    iget-object v0, p0, Ltest/shop/Filled;->broker:Landroid/widget/EditText;
    const-string v1, "192.168.9.9"
    invoke-virtual {v0, v1}, Landroid/widget/EditText;->setText(Ljava/lang/CharSequence;)V
    iget-object v0, p0, Ltest/shop/Filled;->name:Landroid/widget/EditText;
    const-string v1, "10.9.9.9"
    invoke-virtual {v0, v1}, Landroid/widget/EditText;->setText(Ljava/lang/CharSequence;)V
    return-void
.end method

.method public connect()V
    .registers 4
    iget-object v0, p0, Ltest/shop/Filled;->broker:Landroid/widget/EditText;
    invoke-virtual {v0}, Landroid/widget/EditText;->getText()Landroid/text/Editable;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0
    const/16 v1, 0x75b
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
