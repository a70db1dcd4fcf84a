.class public Ltest/urihandler/app/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .locals 11
    const-string v0, "https://urihandler.shop.test/"
    new-instance v1, Ltest/urihandler/app/Listen;
    invoke-direct {v1}, Ltest/urihandler/app/Listen;-><init>()V
    const v2, 0
    new-instance v3, Landroidx/compose/ui/text/LinkAnnotation$Url;
    invoke-direct {v3, v0, v2, v1}, Landroidx/compose/ui/text/LinkAnnotation$Url;-><init>(Ljava/lang/String;Landroidx/compose/ui/text/TextLinkStyles;Landroidx/compose/ui/text/LinkInteractionListener;)V
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
