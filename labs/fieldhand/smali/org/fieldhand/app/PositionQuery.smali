# Asks the search engine itself where the machines are: no service stands between the app and its data store.
.class final Lorg/fieldhand/app/PositionQuery;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;
.source "PositionQuery.java"

.field private final screen:Lorg/fieldhand/app/MapActivity;

.method constructor <init>(Lorg/fieldhand/app/MapActivity;)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lorg/fieldhand/app/PositionQuery;->screen:Lorg/fieldhand/app/MapActivity;
    return-void
.end method

.method public run()V
    .locals 2

    :try_start
    invoke-direct {p0}, Lorg/fieldhand/app/PositionQuery;->ask()Ljava/lang/String;
    move-result-object v0
    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :failed

    :show
    iget-object v1, p0, Lorg/fieldhand/app/PositionQuery;->screen:Lorg/fieldhand/app/MapActivity;
    invoke-virtual {v1, v0}, Lorg/fieldhand/app/MapActivity;->show(Ljava/lang/String;)V
    return-void

    :failed
    move-exception v0
    invoke-virtual {v0}, Ljava/lang/Exception;->toString()Ljava/lang/String;
    move-result-object v0
    goto :show
.end method

# One search, 50 positions at most; the answer is read up to 1 MiB.
.method private ask()Ljava/lang/String;
    .locals 7

    new-instance v0, Ljava/net/URL;
    const-string v1, "http://es.fieldhand.test:9200/machines/_search"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    move-result-object v0
    check-cast v0, Ljava/net/HttpURLConnection;

    const/16 v1, 0x1388
    invoke-virtual {v0, v1}, Ljava/net/HttpURLConnection;->setConnectTimeout(I)V
    invoke-virtual {v0, v1}, Ljava/net/HttpURLConnection;->setReadTimeout(I)V
    const-string v1, "POST"
    invoke-virtual {v0, v1}, Ljava/net/HttpURLConnection;->setRequestMethod(Ljava/lang/String;)V
    const-string v1, "Content-Type"
    const-string v2, "application/json"
    invoke-virtual {v0, v1, v2}, Ljava/net/HttpURLConnection;->setRequestProperty(Ljava/lang/String;Ljava/lang/String;)V
    const/4 v1, 0x1
    invoke-virtual {v0, v1}, Ljava/net/HttpURLConnection;->setDoOutput(Z)V

    invoke-virtual {v0}, Ljava/net/HttpURLConnection;->getOutputStream()Ljava/io/OutputStream;
    move-result-object v1
    const-string v2, "{\"size\":50,\"query\":{\"match_all\":{}}}"
    const-string v3, "UTF-8"
    invoke-virtual {v2, v3}, Ljava/lang/String;->getBytes(Ljava/lang/String;)[B
    move-result-object v2
    invoke-virtual {v1, v2}, Ljava/io/OutputStream;->write([B)V
    invoke-virtual {v1}, Ljava/io/OutputStream;->close()V

    invoke-virtual {v0}, Ljava/net/HttpURLConnection;->getInputStream()Ljava/io/InputStream;
    move-result-object v1
    new-instance v2, Ljava/io/ByteArrayOutputStream;
    invoke-direct {v2}, Ljava/io/ByteArrayOutputStream;-><init>()V
    const/16 v3, 0x2000
    new-array v3, v3, [B
    const/high16 v4, 0x100000

    :more
    invoke-virtual {v1, v3}, Ljava/io/InputStream;->read([B)I
    move-result v5
    if-ltz v5, :done
    const/4 v6, 0x0
    invoke-virtual {v2, v3, v6, v5}, Ljava/io/ByteArrayOutputStream;->write([BII)V
    invoke-virtual {v2}, Ljava/io/ByteArrayOutputStream;->size()I
    move-result v5
    if-lt v5, v4, :more

    :done
    invoke-virtual {v1}, Ljava/io/InputStream;->close()V
    invoke-virtual {v0}, Ljava/net/HttpURLConnection;->disconnect()V

    const-string v0, "UTF-8"
    invoke-virtual {v2, v0}, Ljava/io/ByteArrayOutputStream;->toString(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Lorg/json/JSONObject;
    invoke-direct {v1, v0}, Lorg/json/JSONObject;-><init>(Ljava/lang/String;)V
    const-string v0, "hits"
    invoke-virtual {v1, v0}, Lorg/json/JSONObject;->getJSONObject(Ljava/lang/String;)Lorg/json/JSONObject;
    move-result-object v1
    invoke-virtual {v1, v0}, Lorg/json/JSONObject;->getJSONArray(Ljava/lang/String;)Lorg/json/JSONArray;
    move-result-object v1
    invoke-virtual {v1}, Lorg/json/JSONArray;->length()I
    move-result v1

    const/4 v2, 0x1
    new-array v2, v2, [Ljava/lang/Object;
    invoke-static {v1}, Ljava/lang/Integer;->valueOf(I)Ljava/lang/Integer;
    move-result-object v1
    const/4 v3, 0x0
    aput-object v1, v2, v3
    iget-object v0, p0, Lorg/fieldhand/app/PositionQuery;->screen:Lorg/fieldhand/app/MapActivity;
    const v1, 0x7f040003    # string/machines
    invoke-virtual {v0, v1, v2}, Lorg/fieldhand/app/MapActivity;->getString(I[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
