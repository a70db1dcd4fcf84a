.class public Ltest/compounds/app/Main;
.super Landroid/app/Activity;
.implements Landroid/widget/RadioGroup$OnCheckedChangeListener;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    new-instance v0, Landroid/widget/RadioButton;
    invoke-direct {v0, p0}, Landroid/widget/RadioButton;-><init>(Landroid/content/Context;)V
    const-string v2, "https://compounds.shop.test/"
    invoke-virtual {v0, v2}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    return-void
.end method
.method public onCheckedChanged(Landroid/widget/RadioGroup;I)V
    .locals 11
    invoke-virtual {p1, p2}, Landroid/widget/RadioGroup;->findViewById(I)Landroid/view/View;
    move-result-object v0
    check-cast v0, Landroid/widget/RadioButton;
    invoke-virtual {v0}, Landroid/widget/RadioButton;->getText()Ljava/lang/CharSequence;
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
