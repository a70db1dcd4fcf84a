.class public Ltest/urihandler/app/Listen;
.super Ljava/lang/Object;
.implements Landroidx/compose/ui/text/LinkInteractionListener;
.method public onClick(Landroidx/compose/ui/text/LinkAnnotation;)V
    .locals 11
    check-cast p1, Landroidx/compose/ui/text/LinkAnnotation$Url;
    invoke-virtual {p1}, Landroidx/compose/ui/text/LinkAnnotation$Url;->getUrl()Ljava/lang/String;
    move-result-object v0
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
