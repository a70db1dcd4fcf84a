# Names of namespaces of XML, and one that is also asked for.
.class public Ltest/shop/Names;
.super Ljava/lang/Object;
.annotation runtime Lorg/simpleframework/xml/Namespace;
    reference = "https://annotated.shop.test/a"
.end annotation
.annotation runtime Ltest/shop/Server;
    url = "https://element.shop.test/a"
.end annotation

.method static write(Lorg/xmlpull/v1/XmlSerializer;)V
    .registers 4
    const-string v0, "https://qualified.shop.test/a"
    const-string v1, "order"
    new-instance v2, Ljavax/xml/namespace/QName;
    invoke-direct {v2, v0, v1}, Ljavax/xml/namespace/QName;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    const-string v0, "https://written.shop.test/a"
    invoke-interface {p0, v0, v1}, Lorg/xmlpull/v1/XmlSerializer;->startTag(Ljava/lang/String;Ljava/lang/String;)Lorg/xmlpull/v1/XmlSerializer;
    const-string v0, "https://writtenandasked.shop.test/a"
    invoke-interface {p0, v0, v1}, Lorg/xmlpull/v1/XmlSerializer;->startTag(Ljava/lang/String;Ljava/lang/String;)Lorg/xmlpull/v1/XmlSerializer;
    new-instance v2, Ljava/net/URL;
    invoke-direct {v2, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v2}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method
