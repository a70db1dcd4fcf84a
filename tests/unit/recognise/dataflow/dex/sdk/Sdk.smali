.class public Ltest/shop/Sdk;
.super Ljava/lang/Object;

# Client libraries: how Kotlin compiles default arguments and extension functions, data sources with setters, and others.

.method public static ktorSocket(Lio/ktor/network/sockets/TcpSocketBuilder;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "ktor.shop.test"
    const v1, 9301
    const v2, 0
    move-object/from16 v11, v8
    move-object/from16 v12, v0
    move/from16 v13, v1
    move-object/from16 v14, v2
    move-object/from16 v15, v2
    move/from16 v16, v2
    move-object/from16 v17, v2
    invoke-static/range {v11 .. v17}, Lio/ktor/network/sockets/TcpSocketBuilder;->connect$default(Lio/ktor/network/sockets/TcpSocketBuilder;Ljava/lang/String;ILkotlin/jvm/functions/Function1;Lkotlin/coroutines/Continuation;ILjava/lang/Object;)Ljava/lang/Object;
    return-void
.end method

.method public static ktorAddress()V
    .locals 24
    const-string v0, "ktoraddr.shop.test"
    const v1, 9302
    new-instance v2, Lio/ktor/network/sockets/InetSocketAddress;
    invoke-direct {v2, v0, v1}, Lio/ktor/network/sockets/InetSocketAddress;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public static ktorWebSocket(Lio/ktor/client/HttpClient;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "ktorws.shop.test"
    const v1, 9303
    invoke-static {v1}, Ljava/lang/Integer;->valueOf(I)Ljava/lang/Integer;
    move-result-object v1
    const-string v2, "/chat"
    const v3, 0
    move-object/from16 v11, v8
    move-object/from16 v12, v3
    move-object/from16 v13, v0
    move-object/from16 v14, v1
    move-object/from16 v15, v2
    move-object/from16 v16, v3
    move-object/from16 v17, v3
    move-object/from16 v18, v3
    move/from16 v19, v3
    move-object/from16 v20, v3
    invoke-static/range {v11 .. v20}, Lio/ktor/client/plugins/websocket/BuildersKt;->webSocket$default(Lio/ktor/client/HttpClient;Lio/ktor/http/HttpMethod;Ljava/lang/String;Ljava/lang/Integer;Ljava/lang/String;Lkotlin/jvm/functions/Function1;Lkotlin/jvm/functions/Function2;Lkotlin/coroutines/Continuation;ILjava/lang/Object;)Ljava/lang/Object;
    return-void
.end method

.method public static ktorHost(Lio/ktor/client/request/HttpRequestBuilder;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "ktorhost.shop.test"
    invoke-static {v8, v0}, Lio/ktor/client/request/UtilsKt;->setHost(Lio/ktor/client/request/HttpRequestBuilder;Ljava/lang/String;)V
    const v1, 9304
    invoke-static {v8, v1}, Lio/ktor/client/request/UtilsKt;->setPort(Lio/ktor/client/request/HttpRequestBuilder;I)V
    return-void
.end method

.method public static ktorSet(Lio/ktor/http/URLBuilder;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "https"
    const-string v1, "ktorset.shop.test"
    const v2, 9305
    invoke-static {v2}, Ljava/lang/Integer;->valueOf(I)Ljava/lang/Integer;
    move-result-object v2
    const-string v3, "v5"
    const v4, 0
    move-object/from16 v11, v8
    move-object/from16 v12, v0
    move-object/from16 v13, v1
    move-object/from16 v14, v2
    move-object/from16 v15, v3
    move-object/from16 v16, v4
    move/from16 v17, v4
    move-object/from16 v18, v4
    invoke-static/range {v11 .. v18}, Lio/ktor/http/URLBuilderKt;->set$default(Lio/ktor/http/URLBuilder;Ljava/lang/String;Ljava/lang/String;Ljava/lang/Integer;Ljava/lang/String;Lkotlin/jvm/functions/Function1;ILjava/lang/Object;)V
    return-void
.end method

.method public static ktorTake(Lio/ktor/http/URLBuilder;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "https://ktortake.shop.test/api"
    invoke-static {v8, v0}, Lio/ktor/http/URLParserKt;->takeFrom(Lio/ktor/http/URLBuilder;Ljava/lang/String;)Lio/ktor/http/URLBuilder;
    move-result-object v1
    const v2, 1
    new-array v2, v2, [Ljava/lang/String;
    const v3, 0
    const-string v4, "orders"
    aput-object v4, v2, v3
    invoke-static {v1, v2, v3, v3, v3}, Lio/ktor/http/URLBuilderKt;->appendPathSegments$default(Lio/ktor/http/URLBuilder;[Ljava/lang/String;ZILjava/lang/Object;)Lio/ktor/http/URLBuilder;
    move-result-object v1
    return-void
.end method

.method public static supabase()V
    .locals 24
    const-string v0, "https://en.wikipedia.org/w/supabase"
    const-string v1, "key"
    new-instance v2, Lio/github/jan/supabase/SupabaseClientBuilder;
    invoke-direct {v2, v0, v1}, Lio/github/jan/supabase/SupabaseClientBuilder;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static mysql(Lcom/mysql/cj/jdbc/MysqlDataSource;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "mysql.shop.test"
    invoke-virtual {v8, v0}, Lcom/mysql/cj/jdbc/MysqlDataSource;->setServerName(Ljava/lang/String;)V
    const v1, 3307
    invoke-virtual {v8, v1}, Lcom/mysql/cj/jdbc/MysqlDataSource;->setPortNumber(I)V
    return-void
.end method

.method public static mysqlDefault()V
    .locals 24
    new-instance v0, Lcom/mysql/jdbc/jdbc2/optional/MysqlDataSource;
    invoke-direct {v0}, Lcom/mysql/jdbc/jdbc2/optional/MysqlDataSource;-><init>()V
    const-string v1, "mysql2.shop.test"
    invoke-virtual {v0, v1}, Lcom/mysql/jdbc/jdbc2/optional/MysqlDataSource;->setServerName(Ljava/lang/String;)V
    return-void
.end method

.method public static postgres()V
    .locals 24
    new-instance v0, Lorg/postgresql/ds/PGSimpleDataSource;
    invoke-direct {v0}, Lorg/postgresql/ds/PGSimpleDataSource;-><init>()V
    const-string v1, "pg.shop.test"
    invoke-virtual {v0, v1}, Lorg/postgresql/ds/PGSimpleDataSource;->setServerName(Ljava/lang/String;)V
    const v1, 5433
    invoke-virtual {v0, v1}, Lorg/postgresql/ds/PGSimpleDataSource;->setPortNumber(I)V
    return-void
.end method

.method public static jtds()V
    .locals 24
    new-instance v0, Lnet/sourceforge/jtds/jdbcx/JtdsDataSource;
    invoke-direct {v0}, Lnet/sourceforge/jtds/jdbcx/JtdsDataSource;-><init>()V
    const-string v1, "mssql.shop.test"
    invoke-virtual {v0, v1}, Lnet/sourceforge/jtds/jdbcx/JtdsDataSource;->setServerName(Ljava/lang/String;)V
    return-void
.end method

.method public static hikari(Ljava/lang/String;)V
    .locals 24
    move-object/from16 v8, p0
    new-instance v0, Lcom/zaxxer/hikari/HikariConfig;
    invoke-direct {v0}, Lcom/zaxxer/hikari/HikariConfig;-><init>()V
    const-string v1, "hikari.shop.test"
    new-instance v9, Ljava/lang/StringBuilder;
    invoke-direct {v9}, Ljava/lang/StringBuilder;-><init>()V
    const-string v10, "jdbc:mysql://"
    invoke-virtual {v9, v10}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v9, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v10, ":3306/stock"
    invoke-virtual {v9, v10}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v9}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v2
    invoke-virtual {v0, v2}, Lcom/zaxxer/hikari/HikariConfig;->setJdbcUrl(Ljava/lang/String;)V
    return-void
.end method

.method public static mongo()V
    .locals 24
    const-string v0, "mongo.shop.test"
    new-instance v9, Ljava/lang/StringBuilder;
    invoke-direct {v9}, Ljava/lang/StringBuilder;-><init>()V
    const-string v10, "mongodb://"
    invoke-virtual {v9, v10}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v9, v0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v10, ":27018/stock"
    invoke-virtual {v9, v10}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v9}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-static {v1}, Lcom/mongodb/client/MongoClients;->create(Ljava/lang/String;)Lcom/mongodb/client/MongoClient;
    return-void
.end method

.method public static influx()V
    .locals 24
    const-string v0, "influx.shop.test"
    new-instance v9, Ljava/lang/StringBuilder;
    invoke-direct {v9}, Ljava/lang/StringBuilder;-><init>()V
    const-string v10, "http://"
    invoke-virtual {v9, v10}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v9, v0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v10, ":8086"
    invoke-virtual {v9, v10}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v9}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-static {v1, v0, v0}, Lorg/influxdb/InfluxDBFactory;->connect(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)Lorg/influxdb/InfluxDB;
    return-void
.end method

.method public static lettuce()V
    .locals 24
    invoke-static {}, Lio/lettuce/core/RedisURI;->builder()Lio/lettuce/core/RedisURI$Builder;
    move-result-object v0
    const-string v1, "lettuce.shop.test"
    invoke-virtual {v0, v1}, Lio/lettuce/core/RedisURI$Builder;->withHost(Ljava/lang/String;)Lio/lettuce/core/RedisURI$Builder;
    move-result-object v0
    const v1, 6381
    invoke-virtual {v0, v1}, Lio/lettuce/core/RedisURI$Builder;->withPort(I)Lio/lettuce/core/RedisURI$Builder;
    move-result-object v0
    return-void
.end method

.method public static lettuceCreate()V
    .locals 24
    const-string v0, "lettuce2.shop.test"
    const v1, 6382
    invoke-static {v0, v1}, Lio/lettuce/core/RedisURI;->create(Ljava/lang/String;I)Lio/lettuce/core/RedisURI;
    return-void
.end method

.method public static jedisPool(Lorg/apache/commons/pool2/impl/GenericObjectPoolConfig;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "pool.shop.test"
    const v1, 6383
    new-instance v2, Lredis/clients/jedis/JedisPool;
    invoke-direct {v2, v8, v0, v1}, Lredis/clients/jedis/JedisPool;-><init>(Lorg/apache/commons/pool2/impl/GenericObjectPoolConfig;Ljava/lang/String;I)V
    return-void
.end method

.method public static kmqtt()V
    .locals 24
    const v0, 4
    const-string v1, "kmqtt.shop.test"
    const v2, 1884
    const v3, 0
    new-instance v4, LMQTTClient;
    invoke-direct {v4, v0, v1, v2, v3}, LMQTTClient;-><init>(ILjava/lang/String;IZ)V
    return-void
.end method

.method public static sip()V
    .locals 24
    const-string v0, "me"
    const-string v1, "sip.shop.test"
    new-instance v2, Landroid/net/sip/SipProfile$Builder;
    invoke-direct {v2, v0, v1}, Landroid/net/sip/SipProfile$Builder;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    const v1, 5070
    invoke-virtual {v2, v1}, Landroid/net/sip/SipProfile$Builder;->setPort(I)Landroid/net/sip/SipProfile$Builder;
    move-result-object v2
    return-void
.end method

.method public static soap()V
    .locals 24
    const-string v0, "soap.shop.test"
    const v1, 8444
    const-string v2, "/ws"
    const v3, 0
    new-instance v4, Lorg/ksoap2/transport/HttpsTransportSE;
    invoke-direct {v4, v0, v1, v2, v3}, Lorg/ksoap2/transport/HttpsTransportSE;-><init>(Ljava/lang/String;ILjava/lang/String;I)V
    return-void
.end method

.method public static thrift()V
    .locals 24
    const-string v0, "thrift.shop.test"
    const v1, 9306
    new-instance v2, Lorg/apache/thrift/transport/TSocket;
    invoke-direct {v2, v0, v1}, Lorg/apache/thrift/transport/TSocket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public static minio(Lio/minio/MinioClient$Builder;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "minio.shop.test"
    const v1, 9307
    const v2, 0
    invoke-virtual {v8, v0, v1, v2}, Lio/minio/MinioClient$Builder;->endpoint(Ljava/lang/String;IZ)Lio/minio/MinioClient$Builder;
    return-void
.end method

.method public static auth0()V
    .locals 24
    const-string v0, "client"
    const-string v1, "login.shop.test"
    new-instance v2, Lcom/auth0/android/Auth0;
    invoke-direct {v2, v0, v1}, Lcom/auth0/android/Auth0;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static oksocket()V
    .locals 24
    const-string v0, "oksocket.shop.test"
    const v1, 9308
    new-instance v2, Lcom/xuhao/didi/socket/client/sdk/client/ConnectionInfo;
    invoke-direct {v2, v0, v1}, Lcom/xuhao/didi/socket/client/sdk/client/ConnectionInfo;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public static smartfox(Lsfs2x/client/SmartFox;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "smartfox.shop.test"
    const v1, 9933
    invoke-virtual {v8, v0, v1}, Lsfs2x/client/SmartFox;->connect(Ljava/lang/String;I)V
    return-void
.end method

.method public static nakama()V
    .locals 24
    const-string v0, "key"
    const-string v1, "nakama.shop.test"
    const v2, 7349
    const v3, 0
    new-instance v4, Lcom/heroiclabs/nakama/DefaultClient;
    invoke-direct {v4, v0, v1, v2, v3}, Lcom/heroiclabs/nakama/DefaultClient;-><init>(Ljava/lang/String;Ljava/lang/String;IZ)V
    return-void
.end method

.method public static dns()V
    .locals 24
    const-string v0, "dns.shop.test"
    new-instance v1, Lorg/xbill/DNS/SimpleResolver;
    invoke-direct {v1, v0}, Lorg/xbill/DNS/SimpleResolver;-><init>(Ljava/lang/String;)V
    return-void
.end method

.method public static stomp(Lua/naiksoftware/stomp/Stomp$ConnectionProvider;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "stomp.shop.test"
    new-instance v9, Ljava/lang/StringBuilder;
    invoke-direct {v9}, Ljava/lang/StringBuilder;-><init>()V
    const-string v10, "wss://"
    invoke-virtual {v9, v10}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v9, v0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v10, "/ws"
    invoke-virtual {v9, v10}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v9}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-static {v8, v1}, Lua/naiksoftware/stomp/Stomp;->over(Lua/naiksoftware/stomp/Stomp$ConnectionProvider;Ljava/lang/String;)Lua/naiksoftware/stomp/StompClient;
    return-void
.end method

.method public static media()V
    .locals 24
    const-string v0, "media.shop.test"
    new-instance v9, Ljava/lang/StringBuilder;
    invoke-direct {v9}, Ljava/lang/StringBuilder;-><init>()V
    const-string v10, "https://"
    invoke-virtual {v9, v10}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v9, v0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v10, "/live.m3u8"
    invoke-virtual {v9, v10}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v9}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-static {v1}, Landroidx/media3/common/MediaItem;->fromUri(Ljava/lang/String;)Landroidx/media3/common/MediaItem;
    return-void
.end method

.method public static fuel()V
    .locals 24
    const-string v0, "https://en.wikipedia.org/w/fuel"
    const v1, 0
    invoke-static {v0, v1, v1, v1}, Lcom/github/kittinunf/fuel/FuelKt;->httpGet$default(Ljava/lang/String;Ljava/util/List;ILjava/lang/Object;)Lcom/github/kittinunf/fuel/core/Request;
    return-void
.end method

.method public static jaxrs(Ljavax/ws/rs/client/Client;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "https://jaxrs.shop.test/v1"
    invoke-interface {v8, v0}, Ljavax/ws/rs/client/Client;->target(Ljava/lang/String;)Ljavax/ws/rs/client/WebTarget;
    move-result-object v1
    const-string v0, "carts"
    invoke-interface {v1, v0}, Ljavax/ws/rs/client/WebTarget;->path(Ljava/lang/String;)Ljavax/ws/rs/client/WebTarget;
    move-result-object v1
    return-void
.end method

.method public static rest(Lorg/springframework/web/client/RestTemplate;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "https://en.wikipedia.org/w/rest"
    const v1, 0
    invoke-virtual {v8, v0, v1, v1}, Lorg/springframework/web/client/RestTemplate;->getForObject(Ljava/lang/String;Ljava/lang/Class;[Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method

.method public static bind(Lio/ktor/network/sockets/TcpSocketBuilder;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "bind.shop.test"
    const v1, 9400
    const v2, 0
    invoke-virtual {v8, v0, v1, v2}, Lio/ktor/network/sockets/TcpSocketBuilder;->bind(Ljava/lang/String;ILkotlin/jvm/functions/Function1;)Ljava/lang/Object;
    return-void
.end method

.method public static databaseName(Lcom/mysql/cj/jdbc/MysqlDataSource;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "database.shop.test"
    invoke-virtual {v8, v0}, Lcom/mysql/cj/jdbc/MysqlDataSource;->setDatabaseName(Ljava/lang/String;)V
    return-void
.end method

.method public static sipUser()V
    .locals 24
    const-string v0, "user.shop.test"
    const-string v1, "localhost"
    new-instance v2, Landroid/net/sip/SipProfile$Builder;
    invoke-direct {v2, v0, v1}, Landroid/net/sip/SipProfile$Builder;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static ownSocket(Ltest/shop/TcpSocketBuilder;)V
    .locals 24
    move-object/from16 v8, p0
    const-string v0, "own.shop.test"
    const v1, 9401
    invoke-virtual {v8, v0, v1}, Ltest/shop/TcpSocketBuilder;->connect(Ljava/lang/String;I)V
    return-void
.end method

.method public static client()V
    .locals 24
    const-string v0, "client.shop.test"
    const-string v1, "localhost"
    new-instance v2, Lcom/auth0/android/Auth0;
    invoke-direct {v2, v0, v1}, Lcom/auth0/android/Auth0;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method public static volley()V
    .locals 24
    const-string v0, "https://en.wikipedia.org/w/volley"
    const v4, 0
    new-instance v2, Lcom/android/volley/toolbox/StringRequest;
    invoke-direct {v2, v0, v4, v4}, Lcom/android/volley/toolbox/StringRequest;-><init>(Ljava/lang/String;Lcom/android/volley/Response$Listener;Lcom/android/volley/Response$ErrorListener;)V
    return-void
.end method

.method public static volleyArray()V
    .locals 24
    const-string v0, "https://en.wikipedia.org/w/volley/array"
    const v7, 1
    move-object v8, v0
    const v9, 0
    const v10, 0
    const v11, 0
    new-instance v6, Lcom/android/volley/toolbox/JsonArrayRequest;
    invoke-direct/range {v6 .. v11}, Lcom/android/volley/toolbox/JsonArrayRequest;-><init>(ILjava/lang/String;Lorg/json/JSONArray;Lcom/android/volley/Response$Listener;Lcom/android/volley/Response$ErrorListener;)V
    return-void
.end method

.method public static volleyNetwork()V
    .locals 24
    const-string v0, "https://en.wikipedia.org/w/agent"
    const v4, 0
    new-instance v2, Lcom/android/volley/toolbox/DiskBasedCache;
    invoke-direct {v2, v0, v4}, Lcom/android/volley/toolbox/DiskBasedCache;-><init>(Ljava/lang/String;I)V
    return-void
.end method
