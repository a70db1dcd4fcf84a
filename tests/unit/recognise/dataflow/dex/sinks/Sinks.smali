# Calls that take an endpoint by its parts; the method bodies do nothing else.
.class public Ltest/shop/Sinks;
.super Ljava/lang/Object;

# Host and port of a broker
.method static socket()V
    .registers 4
    new-instance v0, Ljava/net/Socket;
    const-string v1, "mq.shop.test"
    const/16 v2, 0x75b
    invoke-direct {v0, v1, v2}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

# A socket to the device itself
.method static loopback()V
    .registers 4
    new-instance v0, Ljava/net/Socket;
    const-string v1, "127.0.0.1"
    const/16 v2, 0x1f90
    invoke-direct {v0, v1, v2}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

# An address, in registers that only a range can name
.method static address()V
    .registers 22
    new-instance v16, Ljava/net/InetSocketAddress;
    const-string v17, "203.0.114.7"
    const/16 v18, 0x2328
    invoke-direct/range {v16 .. v18}, Ljava/net/InetSocketAddress;-><init>(Ljava/lang/String;I)V
    return-void
.end method

# new URL(protocol, host, port, file)
.method static parts()V
    .registers 8
    new-instance v0, Ljava/net/URL;
    const-string v1, "http"
    const-string v2, "search.shop.test"
    const/16 v3, 0x23f0
    const-string v4, "/items/_count"
    invoke-direct {v0, v1, v2, v3, v4}, Ljava/net/URL;-><init>(Ljava/lang/String;Ljava/lang/String;ILjava/lang/String;)V
    return-void
.end method

# new URL(new URL(base), spec)
.method static relative()V
    .registers 8
    new-instance v0, Ljava/net/URL;
    const-string v1, "https://rel.shop.test/v1/"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    new-instance v2, Ljava/net/URL;
    const-string v1, "profile"
    invoke-direct {v2, v0, v1}, Ljava/net/URL;-><init>(Ljava/net/URL;Ljava/lang/String;)V
    return-void
.end method

# Apache's HttpHost
.method static httpHost()V
    .registers 8
    new-instance v0, Lorg/apache/http/HttpHost;
    const-string v1, "elastic.shop.test"
    const/16 v2, 0x23f0
    const-string v3, "http"
    invoke-direct {v0, v1, v2, v3}, Lorg/apache/http/HttpHost;-><init>(Ljava/lang/String;ILjava/lang/String;)V
    return-void
.end method

# A MongoClient on the usual port, and one on another
.method static mongo()V
    .registers 8
    new-instance v0, Lcom/mongodb/MongoClient;
    const-string v1, "docs.shop.test"
    invoke-direct {v0, v1}, Lcom/mongodb/MongoClient;-><init>(Ljava/lang/String;)V
    new-instance v0, Lcom/mongodb/MongoClient;
    const-string v1, "docs.shop.test"
    const v2, 0x6988
    invoke-direct {v0, v1, v2}, Lcom/mongodb/MongoClient;-><init>(Ljava/lang/String;I)V
    return-void
.end method

# Redis on a port of its own
.method static jedis()V
    .registers 8
    new-instance v0, Lredis/clients/jedis/Jedis;
    const-string v1, "cache.shop.test"
    const/16 v2, 0x18ec
    const/16 v3, 0x7d0
    invoke-direct {v0, v1, v2, v3}, Lredis/clients/jedis/Jedis;-><init>(Ljava/lang/String;II)V
    return-void
.end method

# android.net.Uri.Builder
.method static uri()V
    .registers 8
    new-instance v0, Landroid/net/Uri$Builder;
    invoke-direct {v0}, Landroid/net/Uri$Builder;-><init>()V
    const-string v1, "https"
    invoke-virtual {v0, v1}, Landroid/net/Uri$Builder;->scheme(Ljava/lang/String;)Landroid/net/Uri$Builder;
    move-result-object v0
    const-string v1, "maps.shop.test"
    invoke-virtual {v0, v1}, Landroid/net/Uri$Builder;->authority(Ljava/lang/String;)Landroid/net/Uri$Builder;
    move-result-object v0
    const-string v1, "tiles"
    invoke-virtual {v0, v1}, Landroid/net/Uri$Builder;->appendPath(Ljava/lang/String;)Landroid/net/Uri$Builder;
    move-result-object v0
    invoke-virtual {v0}, Landroid/net/Uri$Builder;->build()Landroid/net/Uri;
    return-void
.end method

# okhttp3.HttpUrl.Builder
.method static okhttp()V
    .registers 8
    new-instance v0, Lokhttp3/HttpUrl$Builder;
    invoke-direct {v0}, Lokhttp3/HttpUrl$Builder;-><init>()V
    const-string v1, "http"
    invoke-virtual {v0, v1}, Lokhttp3/HttpUrl$Builder;->scheme(Ljava/lang/String;)Lokhttp3/HttpUrl$Builder;
    const-string v1, "ok.shop.test"
    invoke-virtual {v0, v1}, Lokhttp3/HttpUrl$Builder;->host(Ljava/lang/String;)Lokhttp3/HttpUrl$Builder;
    const/16 v1, 0x1f90
    invoke-virtual {v0, v1}, Lokhttp3/HttpUrl$Builder;->port(I)Lokhttp3/HttpUrl$Builder;
    const-string v1, "v4/carts"
    invoke-virtual {v0, v1}, Lokhttp3/HttpUrl$Builder;->addPathSegments(Ljava/lang/String;)Lokhttp3/HttpUrl$Builder;
    move-result-object v0
    invoke-virtual {v0}, Lokhttp3/HttpUrl$Builder;->build()Lokhttp3/HttpUrl;
    return-void
.end method

# A bucket of S3 that no URL names
.method static bucket()V
    .registers 8
    new-instance v0, Lcom/amazonaws/services/s3/model/GetObjectRequest;
    const-string v1, "shop-receipts-2026"
    const-string v2, "a.pdf"
    invoke-direct {v0, v1, v2}, Lcom/amazonaws/services/s3/model/GetObjectRequest;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

# A path of a realtime database
.method static realtime()V
    .registers 8
    const-string v0, "https://shop-orders-1f2e.firebaseio.com"
    invoke-static {v0}, Lcom/google/firebase/database/FirebaseDatabase;->getInstance(Ljava/lang/String;)Lcom/google/firebase/database/FirebaseDatabase;
    move-result-object v0
    const-string v1, "customers"
    invoke-virtual {v0, v1}, Lcom/google/firebase/database/FirebaseDatabase;->getReference(Ljava/lang/String;)Lcom/google/firebase/database/DatabaseReference;
    return-void
.end method

# The project of the app, set in code
.method static project()V
    .registers 8
    new-instance v0, Lcom/google/firebase/FirebaseOptions$Builder;
    invoke-direct {v0}, Lcom/google/firebase/FirebaseOptions$Builder;-><init>()V
    const-string v1, "shop-prod-77"
    invoke-virtual {v0, v1}, Lcom/google/firebase/FirebaseOptions$Builder;->setProjectId(Ljava/lang/String;)Lcom/google/firebase/FirebaseOptions$Builder;
    return-void
.end method

# A collection of Firestore
.method static collection()V
    .registers 8
    invoke-static {}, Lcom/google/firebase/firestore/FirebaseFirestore;->getInstance()Lcom/google/firebase/firestore/FirebaseFirestore;
    move-result-object v0
    const-string v1, "users"
    invoke-virtual {v0, v1}, Lcom/google/firebase/firestore/FirebaseFirestore;->collection(Ljava/lang/String;)Lcom/google/firebase/firestore/CollectionReference;
    return-void
.end method

# A callable function
.method static callable()V
    .registers 8
    const-string v0, "europe-west1"
    invoke-static {v0}, Lcom/google/firebase/functions/FirebaseFunctions;->getInstance(Ljava/lang/String;)Lcom/google/firebase/functions/FirebaseFunctions;
    move-result-object v0
    const-string v1, "refund"
    invoke-virtual {v0, v1}, Lcom/google/firebase/functions/FirebaseFunctions;->getHttpsCallable(Ljava/lang/String;)Lcom/google/firebase/functions/HttpsCallableReference;
    return-void
.end method

# builder.addDnsServer("2001:db9::53"), as the server for names of a VPN
.method static tunnel(Landroid/net/VpnService$Builder;)V
    .registers 3
    const-string v0, "203.0.114.53"
    invoke-virtual {p0, v0}, Landroid/net/VpnService$Builder;->addDnsServer(Ljava/lang/String;)Landroid/net/VpnService$Builder;
    const-string v0, "2001:db9::53"
    invoke-virtual {p0, v0}, Landroid/net/VpnService$Builder;->addDnsServer(Ljava/lang/String;)Landroid/net/VpnService$Builder;
    const-string v0, "10.43.0.1"
    invoke-virtual {p0, v0}, Landroid/net/VpnService$Builder;->addDnsServer(Ljava/lang/String;)Landroid/net/VpnService$Builder;
    const-string v0, "fd43::53"
    invoke-virtual {p0, v0}, Landroid/net/VpnService$Builder;->addDnsServer(Ljava/lang/String;)Landroid/net/VpnService$Builder;
    return-void
.end method
