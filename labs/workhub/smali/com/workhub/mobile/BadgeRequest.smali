# Asks the API for the user's badge. The app knows the API alone; what stores the badges stands nowhere in it.
.class final Lcom/workhub/mobile/BadgeRequest;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;
.source "BadgeRequest.java"

.field private final screen:Lcom/workhub/mobile/BadgeActivity;

.method constructor <init>(Lcom/workhub/mobile/BadgeActivity;)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lcom/workhub/mobile/BadgeRequest;->screen:Lcom/workhub/mobile/BadgeActivity;
    return-void
.end method

.method public run()V
    .locals 2

    :try_start
    invoke-direct {p0}, Lcom/workhub/mobile/BadgeRequest;->ask()Ljava/lang/String;
    move-result-object v0
    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :failed

    :show
    iget-object v1, p0, Lcom/workhub/mobile/BadgeRequest;->screen:Lcom/workhub/mobile/BadgeActivity;
    invoke-virtual {v1, v0}, Lcom/workhub/mobile/BadgeActivity;->show(Ljava/lang/String;)V
    return-void

    :failed
    move-exception v0
    invoke-virtual {v0}, Ljava/lang/Exception;->toString()Ljava/lang/String;
    move-result-object v0
    goto :show
.end method

.method private ask()Ljava/lang/String;
    .locals 4

    iget-object v3, p0, Lcom/workhub/mobile/BadgeRequest;->screen:Lcom/workhub/mobile/BadgeActivity;
    const v0, 0x7f040001    # string/api_base
    invoke-virtual {v3, v0}, Lcom/workhub/mobile/BadgeActivity;->getString(I)Ljava/lang/String;
    move-result-object v0
    const-string v1, "/v1/badges/me"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1

    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    move-result-object v0
    check-cast v0, Ljava/net/HttpURLConnection;

    const/16 v1, 0x1388
    invoke-virtual {v0, v1}, Ljava/net/HttpURLConnection;->setConnectTimeout(I)V
    invoke-virtual {v0, v1}, Ljava/net/HttpURLConnection;->setReadTimeout(I)V
    const-string v1, "Accept"
    const-string v2, "application/json"
    invoke-virtual {v0, v1, v2}, Ljava/net/HttpURLConnection;->setRequestProperty(Ljava/lang/String;Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/HttpURLConnection;->getResponseCode()I
    move-result v1
    invoke-virtual {v0}, Ljava/net/HttpURLConnection;->disconnect()V

    const/4 v2, 0x1
    new-array v2, v2, [Ljava/lang/Object;
    invoke-static {v1}, Ljava/lang/Integer;->valueOf(I)Ljava/lang/Integer;
    move-result-object v1
    const/4 v0, 0x0
    aput-object v1, v2, v0
    const v1, 0x7f040004    # string/answer
    invoke-virtual {v3, v1, v2}, Lcom/workhub/mobile/BadgeActivity;->getString(I[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
