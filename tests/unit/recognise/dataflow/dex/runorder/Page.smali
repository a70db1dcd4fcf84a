# A host in a text that grows; the scheme comes before it, in another method.
.class public Ltest/runorder/Page;
.super Ljava/lang/Object;
.field private final address:Ljava/lang/StringBuffer;
.method public constructor <init>()V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    new-instance v0, Ljava/lang/StringBuffer;
    const-string v1, "pages.shop.test"
    invoke-direct {v0, v1}, Ljava/lang/StringBuffer;-><init>(Ljava/lang/String;)V
    iput-object v0, p0, Ltest/runorder/Page;->address:Ljava/lang/StringBuffer;
    return-void
.end method
.method public secure()V
    .registers 4
    iget-object v0, p0, Ltest/runorder/Page;->address:Ljava/lang/StringBuffer;
    const/4 v1, 0x0
    const-string v2, "https://"
    invoke-virtual {v0, v1, v2}, Ljava/lang/StringBuffer;->insert(ILjava/lang/String;)Ljava/lang/StringBuffer;
    move-result-object v0
    const-string v1, "/first"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuffer;->append(Ljava/lang/String;)Ljava/lang/StringBuffer;
    return-void
.end method
.method public open()V
    .registers 3
    iget-object v0, p0, Ltest/runorder/Page;->address:Ljava/lang/StringBuffer;
    invoke-virtual {v0}, Ljava/lang/StringBuffer;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lorg/jsoup/Jsoup;->connect(Ljava/lang/String;)Lorg/jsoup/Connection;
    move-result-object v1
    invoke-interface {v1}, Lorg/jsoup/Connection;->get()Lorg/jsoup/nodes/Document;
    return-void
.end method
