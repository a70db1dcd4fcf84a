.class public Ltest/shop/Mail;
.super Ljava/lang/Object;

.field private host:Ljava/lang/String;

.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "relay.shop.test"
    iput-object v0, p0, Ltest/shop/Mail;->host:Ljava/lang/String;
    return-void
.end method

# The port is put after the host, and as a text.
.method public static server()V
    .registers 4
    new-instance v0, Ljava/util/Properties;
    invoke-direct {v0}, Ljava/util/Properties;-><init>()V
    const-string v1, "mail.smtp.auth"
    const-string v2, "true"
    invoke-virtual {v0, v1, v2}, Ljava/util/Properties;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    const-string v1, "mail.smtp.host"
    const-string v2, "smtp.shop.test"
    invoke-virtual {v0, v1, v2}, Ljava/util/Properties;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    const-string v1, "mail.smtp.port"
    const-string v2, "465"
    invoke-virtual {v0, v1, v2}, Ljava/util/Properties;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    const-string v1, "mail.smtp.from"
    const-string v2, "sender.shop.test"
    invoke-virtual {v0, v1, v2}, Ljava/util/Properties;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method

.method public send()V
    .registers 4
    new-instance v0, Ljava/util/Properties;
    invoke-direct {v0}, Ljava/util/Properties;-><init>()V
    const-string v1, "mail.host"
    iget-object v2, p0, Ltest/shop/Mail;->host:Ljava/lang/String;
    invoke-virtual {v0, v1, v2}, Ljava/util/Properties;->setProperty(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/Object;
    return-void
.end method

.method public static inbox(Ljavax/mail/Store;)V
    .registers 4
    const-string v0, "imap.shop.test"
    const-string v1, "orders"
    const-string v2, ""
    invoke-virtual {p0, v0, v1, v2}, Ljavax/mail/Store;->connect(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static ftp()V
    .registers 2
    new-instance v0, Lorg/apache/commons/net/ftp/FTPClient;
    invoke-direct {v0}, Lorg/apache/commons/net/ftp/FTPClient;-><init>()V
    const-string v1, "files.shop.test"
    invoke-virtual {v0, v1}, Lorg/apache/commons/net/ftp/FTPClient;->connect(Ljava/lang/String;)V
    return-void
.end method

.method public static ssh(Lcom/jcraft/jsch/JSch;)V
    .registers 4
    const-string v0, "orders"
    const-string v1, "shell.shop.test"
    const/16 v2, 0x8ae
    invoke-virtual {p0, v0, v1, v2}, Lcom/jcraft/jsch/JSch;->getSession(Ljava/lang/String;Ljava/lang/String;I)Lcom/jcraft/jsch/Session;
    return-void
.end method

# A sender in Kotlin: properties as a map, and the password in an object of its own
.method public static sender()V
    .registers 4
    new-instance v0, Ljava/util/Properties;
    invoke-direct {v0}, Ljava/util/Properties;-><init>()V
    const-string v1, "mail.smtp.host"
    const-string v2, "sender2.shop.test"
    invoke-interface {v0, v1, v2}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    const-string v1, "mail.smtp.port"
    const-string v2, "587"
    invoke-interface {v0, v1, v2}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    const/4 v1, 0x0
    invoke-static {v0, v1}, Ljavax/mail/Session;->getInstance(Ljava/util/Properties;Ljavax/mail/Authenticator;)Ljavax/mail/Session;
    new-instance v0, Ljavax/mail/PasswordAuthentication;
    const-string v1, "till@shop.test"
    const-string v2, "Kolk55Priel6"
    invoke-direct {v0, v1, v2}, Ljavax/mail/PasswordAuthentication;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method
