# Input fields that code makes; nothing reads the second one
.class public Ltest/shop/Dialog;
.super Ljava/lang/Object;
.field public server:Landroid/widget/EditText;
.field public title:Landroid/widget/EditText;
.method public show(Landroid/content/Context;)V
    .locals 11
    new-instance v0, Landroid/widget/EditText;
    invoke-direct {v0, p1}, Landroid/widget/EditText;-><init>(Landroid/content/Context;)V
    const-string v1, "dialog.shop.test"
    invoke-virtual {v0, v1}, Landroid/widget/EditText;->setText(Ljava/lang/CharSequence;)V
    iput-object v0, p0, Ltest/shop/Dialog;->server:Landroid/widget/EditText;
    new-instance v0, Landroid/widget/EditText;
    invoke-direct {v0, p1}, Landroid/widget/EditText;-><init>(Landroid/content/Context;)V
    const-string v1, "title.titles.test"
    invoke-virtual {v0, v1}, Landroid/widget/EditText;->setText(Ljava/lang/CharSequence;)V
    iput-object v0, p0, Ltest/shop/Dialog;->title:Landroid/widget/EditText;
    return-void
.end method
.method public onClick(Landroid/content/DialogInterface;I)V
    .locals 11
    iget-object v0, p0, Ltest/shop/Dialog;->server:Landroid/widget/EditText;
    invoke-virtual {v0}, Landroid/widget/EditText;->getText()Landroid/text/Editable;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0
    const v1, 80
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
