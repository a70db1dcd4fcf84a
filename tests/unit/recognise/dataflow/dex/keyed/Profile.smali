# Configurations: a server in a field with a default, one beside no port, one under another key
.class public Ltest/shop/Profile;
.super Ljava/lang/Object;

.field private server:Ljava/lang/String;
.field private alone:Ljava/lang/String;
.field private name:Ljava/lang/String;

.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "93.184.215.40"
    iput-object v0, p0, Ltest/shop/Profile;->server:Ljava/lang/String;
    const-string v0, "93.184.215.41"
    iput-object v0, p0, Ltest/shop/Profile;->alone:Ljava/lang/String;
    const-string v0, "93.184.215.42"
    iput-object v0, p0, Ltest/shop/Profile;->name:Ljava/lang/String;
    return-void
.end method

.method public toJson()Ljava/lang/String;
    .registers 5
    new-instance v0, Lorg/json/JSONObject;
    invoke-direct {v0}, Lorg/json/JSONObject;-><init>()V
    iget-object v2, p0, Ltest/shop/Profile;->server:Ljava/lang/String;
    const-string v1, "server"
    invoke-virtual {v0, v1, v2}, Lorg/json/JSONObject;->put(Ljava/lang/String;Ljava/lang/Object;)Lorg/json/JSONObject;
    const/16 v3, 0x91d
    const-string v1, "server_port"
    invoke-virtual {v0, v1, v3}, Lorg/json/JSONObject;->put(Ljava/lang/String;I)Lorg/json/JSONObject;
    iget-object v2, p0, Ltest/shop/Profile;->name:Ljava/lang/String;
    const-string v1, "remarks"
    invoke-virtual {v0, v1, v2}, Lorg/json/JSONObject;->put(Ljava/lang/String;Ljava/lang/Object;)Lorg/json/JSONObject;
    invoke-virtual {v0}, Lorg/json/JSONObject;->toString()Ljava/lang/String;
    move-result-object v2
    return-object v2
.end method

.method public alone()Ljava/lang/String;
    .registers 5
    new-instance v0, Lorg/json/JSONObject;
    invoke-direct {v0}, Lorg/json/JSONObject;-><init>()V
    iget-object v2, p0, Ltest/shop/Profile;->alone:Ljava/lang/String;
    const-string v1, "server"
    invoke-virtual {v0, v1, v2}, Lorg/json/JSONObject;->put(Ljava/lang/String;Ljava/lang/Object;)Lorg/json/JSONObject;
    invoke-virtual {v0}, Lorg/json/JSONObject;->toString()Ljava/lang/String;
    move-result-object v2
    return-object v2
.end method

# Without a field
.method public static remote()Ljava/lang/String;
    .registers 5
    new-instance v0, Lorg/json/JSONObject;
    invoke-direct {v0}, Lorg/json/JSONObject;-><init>()V
    const-string v2, "vpn.shop.test"
    const-string v1, "remote_addr"
    invoke-virtual {v0, v1, v2}, Lorg/json/JSONObject;->put(Ljava/lang/String;Ljava/lang/Object;)Lorg/json/JSONObject;
    const/16 v3, 0x1bb
    const-string v1, "remote_port"
    invoke-virtual {v0, v1, v3}, Lorg/json/JSONObject;->put(Ljava/lang/String;I)Lorg/json/JSONObject;
    invoke-virtual {v0}, Lorg/json/JSONObject;->toString()Ljava/lang/String;
    move-result-object v2
    return-object v2
.end method
