# Servers that are no web servers, and their passwords.
.class public Ltest/shop/Services;
.super Ljava/lang/Object;

.method public static rabbit()V
    .registers 3
    new-instance v0, Lcom/rabbitmq/client/ConnectionFactory;
    invoke-direct {v0}, Lcom/rabbitmq/client/ConnectionFactory;-><init>()V
    const-string v1, "rabbit.shop.test"
    invoke-virtual {v0, v1}, Lcom/rabbitmq/client/ConnectionFactory;->setHost(Ljava/lang/String;)V
    const/16 v2, 0x1629
    invoke-virtual {v0, v2}, Lcom/rabbitmq/client/ConnectionFactory;->setPort(I)V
    const-string v1, "Ginster83Heide"
    invoke-virtual {v0, v1}, Lcom/rabbitmq/client/ConnectionFactory;->setPassword(Ljava/lang/String;)V
    invoke-virtual {v0}, Lcom/rabbitmq/client/ConnectionFactory;->newConnection()Lcom/rabbitmq/client/Connection;
    return-void
.end method

.method public static rabbitDefaultPort()V
    .registers 2
    new-instance v0, Lcom/rabbitmq/client/ConnectionFactory;
    invoke-direct {v0}, Lcom/rabbitmq/client/ConnectionFactory;-><init>()V
    const-string v1, "hare.shop.test"
    invoke-virtual {v0, v1}, Lcom/rabbitmq/client/ConnectionFactory;->setHost(Ljava/lang/String;)V
    const-string v1, "guest"
    invoke-virtual {v0, v1}, Lcom/rabbitmq/client/ConnectionFactory;->setPassword(Ljava/lang/String;)V
    return-void
.end method

.method public static directory()V
    .registers 3
    new-instance v0, Lcom/unboundid/ldap/sdk/LDAPConnection;
    const-string v1, "staff.shop.test"
    const/16 v2, 0x27c
    invoke-direct {v0, v1, v2}, Lcom/unboundid/ldap/sdk/LDAPConnection;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public static upload()V
    .registers 3
    new-instance v0, Lorg/apache/commons/net/ftp/FTPClient;
    invoke-direct {v0}, Lorg/apache/commons/net/ftp/FTPClient;-><init>()V
    const-string v1, "upload.shop.test"
    invoke-virtual {v0, v1}, Lorg/apache/commons/net/ftp/FTPClient;->connect(Ljava/lang/String;)V
    const-string v1, "orders"
    const-string v2, "Wacholder27Moor"
    invoke-virtual {v0, v1, v2}, Lorg/apache/commons/net/ftp/FTPClient;->login(Ljava/lang/String;Ljava/lang/String;)Z
    return-void
.end method

.method public static download()V
    .registers 3
    new-instance v0, Lorg/apache/commons/net/ftp/FTPClient;
    invoke-direct {v0}, Lorg/apache/commons/net/ftp/FTPClient;-><init>()V
    const-string v1, "public.shop.test"
    invoke-virtual {v0, v1}, Lorg/apache/commons/net/ftp/FTPClient;->connect(Ljava/lang/String;)V
    const-string v1, "anonymous"
    const-string v2, "reader83Heide"
    invoke-virtual {v0, v1, v2}, Lorg/apache/commons/net/ftp/FTPClient;->login(Ljava/lang/String;Ljava/lang/String;)Z
    return-void
.end method

.method public static broker()V
    .registers 2
    new-instance v0, Lorg/eclipse/paho/client/mqttv3/MqttConnectOptions;
    invoke-direct {v0}, Lorg/eclipse/paho/client/mqttv3/MqttConnectOptions;-><init>()V
    const-string v1, "Schlehe52Acker"
    invoke-virtual {v1}, Ljava/lang/String;->toCharArray()[C
    move-result-object v1
    invoke-virtual {v0, v1}, Lorg/eclipse/paho/client/mqttv3/MqttConnectOptions;->setPassword([C)V
    return-void
.end method
