# Values of resources, and the text that a layout gives to a view
.class public Ltest/shop/Settings;
.super Landroid/app/Activity;

.field private server:Landroid/widget/EditText;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    const v0, 0x7f0a0001
    invoke-virtual {p0, v0}, Ltest/shop/Settings;->findViewById(I)Landroid/view/View;
    move-result-object v0
    check-cast v0, Landroid/widget/EditText;
    iput-object v0, p0, Ltest/shop/Settings;->server:Landroid/widget/EditText;
    return-void
.end method

.method private open(Ljava/lang/String;)V
    .registers 3
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method

.method public join(Ljava/lang/String;)Ljava/lang/String;
    .registers 4
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v1, "http://"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0, p1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, ":8080/led"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public typed()V
    .registers 2
    iget-object v0, p0, Ltest/shop/Settings;->server:Landroid/widget/EditText;
    invoke-virtual {v0}, Landroid/widget/EditText;->getText()Landroid/text/Editable;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-virtual {p0, v0}, Ltest/shop/Settings;->join(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-direct {p0, v0}, Ltest/shop/Settings;->open(Ljava/lang/String;)V
    return-void
.end method

# This view has another text; nothing contacts it
.method public shown()Ljava/lang/String;
    .registers 2
    const v0, 0x7f0a0002
    invoke-virtual {p0, v0}, Ltest/shop/Settings;->findViewById(I)Landroid/view/View;
    move-result-object v0
    check-cast v0, Landroid/widget/EditText;
    invoke-virtual {v0}, Landroid/widget/EditText;->getText()Landroid/text/Editable;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public node(I)V
    .registers 5
    invoke-virtual {p0}, Ltest/shop/Settings;->getResources()Landroid/content/res/Resources;
    move-result-object v0
    const v1, 0x7f020000
    invoke-virtual {v0, v1}, Landroid/content/res/Resources;->getStringArray(I)[Ljava/lang/String;
    move-result-object v0
    aget-object v0, v0, p1
    invoke-virtual {p0, v0}, Ltest/shop/Settings;->join(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-direct {p0, v0}, Ltest/shop/Settings;->open(Ljava/lang/String;)V
    return-void
.end method

.method public socket()V
    .registers 5
    invoke-virtual {p0}, Ltest/shop/Settings;->getResources()Landroid/content/res/Resources;
    move-result-object v0
    const v1, 0x7f030000
    invoke-virtual {v0, v1}, Landroid/content/res/Resources;->getInteger(I)I
    move-result v1
    const v2, 0x7f010000
    invoke-virtual {v0, v2}, Landroid/content/res/Resources;->getString(I)Ljava/lang/String;
    move-result-object v0
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

# In another configuration this number is another one: the port is not known
.method public other()V
    .registers 5
    invoke-virtual {p0}, Ltest/shop/Settings;->getResources()Landroid/content/res/Resources;
    move-result-object v0
    const v1, 0x7f030001
    invoke-virtual {v0, v1}, Landroid/content/res/Resources;->getInteger(I)I
    move-result v1
    const-string v0, "other.shop.test"
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method
