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

# The namespace and the action of a SOAP request, and its server.
.method static request(Lorg/ksoap2/SoapEnvelope;)V
    .registers 4
    const-string v0, "https://soapspace.shop.test/a"
    const-string v1, "order"
    new-instance v2, Lorg/ksoap2/serialization/SoapObject;
    invoke-direct {v2, v0, v1}, Lorg/ksoap2/serialization/SoapObject;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    const-string v0, "https://soapserver.shop.test/a"
    new-instance v1, Lorg/ksoap2/transport/HttpTransportSE;
    invoke-direct {v1, v0}, Lorg/ksoap2/transport/HttpTransportSE;-><init>(Ljava/lang/String;)V
    const-string v0, "https://soapaction.shop.test/a"
    invoke-virtual {v1, v0, p0}, Lorg/ksoap2/transport/HttpTransportSE;->call(Ljava/lang/String;Lorg/ksoap2/SoapEnvelope;)V
    return-void
.end method

.method static code(Lcom/google/zxing/qrcode/QRCodeWriter;Lcom/google/zxing/BarcodeFormat;)V
    .registers 4
    const-string v0, "https://barcode.shop.test/a"
    const/16 v1, 0x40
    invoke-virtual {p0, v0, p1, v1, v1}, Lcom/google/zxing/qrcode/QRCodeWriter;->encode(Ljava/lang/String;Lcom/google/zxing/BarcodeFormat;II)Lcom/google/zxing/common/BitMatrix;
    return-void
.end method
