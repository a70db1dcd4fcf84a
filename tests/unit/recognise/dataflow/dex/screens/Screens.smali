# Texts and links of screens in Compose, links that the app itself opens, and logs of Timber
.class public Ltest/shop/Screens;
.super Ljava/lang/Object;

.method public static text(Landroidx/compose/ui/text/AnnotatedString$Builder;)V
    .registers 3
    const-string v0, "https://hint.shop.test/"
    const/4 v1, 0x0
    invoke-static {v0, v1}, Landroidx/compose/material3/TextKt;->Text--4IGK_g(Ljava/lang/String;Landroidx/compose/ui/Modifier;)V
    const-string v0, "https://styled.shop.test/"
    invoke-virtual {p0, v0}, Landroidx/compose/ui/text/AnnotatedString$Builder;->append(Ljava/lang/String;)V
    return-void
.end method

.method public static link(Landroidx/compose/ui/platform/UriHandler;)V
    .registers 3
    const-string v0, "https://opened.shop.test/"
    invoke-interface {p0, v0}, Landroidx/compose/ui/platform/UriHandler;->openUri(Ljava/lang/String;)V
    const-string v0, "https://linked.shop.test/"
    new-instance v1, Landroidx/compose/ui/text/LinkAnnotation$Url;
    invoke-direct {v1, v0}, Landroidx/compose/ui/text/LinkAnnotation$Url;-><init>(Ljava/lang/String;)V
    return-void
.end method

.method public static route(Landroidx/navigation/NavDeepLinkDslBuilder;)V
    .registers 2
    const-string v0, "https://route.shop.test/item/{id}"
    invoke-virtual {p0, v0}, Landroidx/navigation/NavDeepLinkDslBuilder;->setUriPattern(Ljava/lang/String;)V
    return-void
.end method

.method public static log(Ltimber/log/Timber$Forest;[Ljava/lang/Object;)V
    .registers 4
    const-string v0, "https://logged.shop.test/"
    invoke-virtual {p0, v0, p1}, Ltimber/log/Timber$Forest;->d(Ljava/lang/String;[Ljava/lang/Object;)V
    return-void
.end method

# The same texts also go somewhere else, or to other methods of the same classes
.method public static load(Landroidx/compose/ui/text/AnnotatedString$Builder;Lcoil/compose/Painter;)V
    .registers 4
    const-string v0, "https://both.shop.test/"
    const/4 v1, 0x0
    invoke-static {v0, v1}, Landroidx/compose/material3/TextKt;->Text--4IGK_g(Ljava/lang/String;Landroidx/compose/ui/Modifier;)V
    invoke-virtual {p1, v0}, Lcoil/compose/Painter;->load(Ljava/lang/Object;)V
    const-string v0, "https://noted.shop.test/"
    invoke-virtual {p0, v0, v0}, Landroidx/compose/ui/text/AnnotatedString$Builder;->pushStringAnnotation(Ljava/lang/String;Ljava/lang/String;)I
    const-string v0, "https://painted.shop.test/"
    invoke-static {v0, v1}, Landroidx/compose/material3/ImageKt;->Image(Ljava/lang/String;Landroidx/compose/ui/Modifier;)V
    return-void
.end method
