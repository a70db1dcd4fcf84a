# Credentials as arguments of calls; the method bodies do nothing else.
.class public Ltest/shop/Client;
.super Ljava/lang/Object;

.field private token:Ljava/lang/String;

# Credentials.basic(user, password)
.method static basic()V
    .registers 3
    const-string v0, "orders"
    const-string v1, "Kd83sPq9Lq"
    invoke-static {v0, v1}, Lokhttp3/Credentials;->basic(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    return-void
.end method

# A header whose value is put together, in the chain of a builder that keeps its URL
.method static header(Lokhttp3/Request$Builder;)V
    .registers 4
    const-string v0, "https://keep.shop.test/v1"
    invoke-static {v0}, Lokhttp3/HttpUrl;->parse(Ljava/lang/String;)Lokhttp3/HttpUrl;
    move-result-object v0
    invoke-virtual {v0}, Lokhttp3/HttpUrl;->newBuilder()Lokhttp3/HttpUrl$Builder;
    move-result-object v0
    const-string v1, "carts"
    invoke-virtual {v0, v1}, Lokhttp3/HttpUrl$Builder;->addPathSegment(Ljava/lang/String;)Lokhttp3/HttpUrl$Builder;
    move-result-object v0
    invoke-virtual {v0}, Lokhttp3/HttpUrl$Builder;->build()Lokhttp3/HttpUrl;
    move-result-object v2
    const-string v0, "X-Api-Key"
    const-string v1, "7dAkTiUn5TyOd5Ff25eWaQPG"
    invoke-virtual {p0, v0, v1}, Lokhttp3/Request$Builder;->addHeader(Ljava/lang/String;Ljava/lang/String;)Lokhttp3/Request$Builder;
    move-result-object p0
    invoke-virtual {p0, v2}, Lokhttp3/Request$Builder;->url(Lokhttp3/HttpUrl;)Lokhttp3/Request$Builder;
    return-void
.end method

# The value comes from another method
.method static property(Ljava/net/HttpURLConnection;)V
    .registers 3
    const-string v0, "X-Auth-Token"
    invoke-static {}, Ltest/shop/Client;->value()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {p0, v0, v1}, Ljava/net/HttpURLConnection;->setRequestProperty(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method static value()Ljava/lang/String;
    .registers 1
    const-string v0, "9zBmUjVo6UzPe6Gg36fXbRQH"
    return-object v0
.end method

# No credentials: another header, a value that is not known, a placeholder
.method static harmless(Lokhttp3/Request$Builder;Ljava/lang/String;)V
    .registers 4
    const-string v0, "User-Agent"
    const-string v1, "5cLkWiXn2VyRd8Hh47gYcSRJ"
    invoke-virtual {p0, v0, v1}, Lokhttp3/Request$Builder;->header(Ljava/lang/String;Ljava/lang/String;)Lokhttp3/Request$Builder;
    const-string v0, "X-Api-Key"
    invoke-virtual {p0, v0, p1}, Lokhttp3/Request$Builder;->header(Ljava/lang/String;Ljava/lang/String;)Lokhttp3/Request$Builder;
    const-string v1, "YOUR_API_KEY_12345"
    invoke-virtual {p0, v0, v1}, Lokhttp3/Request$Builder;->header(Ljava/lang/String;Ljava/lang/String;)Lokhttp3/Request$Builder;
    const-string v0, "user"
    const-string v1, "password"
    invoke-static {v0, v1}, Lokhttp3/Credentials;->basic(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    return-void
.end method
