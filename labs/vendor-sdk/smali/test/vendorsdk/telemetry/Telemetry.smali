# A third party's library as many apps carry one: it names its own host, and sends nothing until the app opts in.
# None of the sample apps does.
.class public final Ltest/vendorsdk/telemetry/Telemetry;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;
.source "Telemetry.java"

.field public static final ATTRIBUTES:Ljava/lang/String; = "http://schemas.android.com/apk/res-auto"
.field public static final ENDPOINT:Ljava/lang/String; = "https://telemetry.vendor-sdk.test/v1/events"
.field private static final TAG:Ljava/lang/String; = "Telemetry"

.field public static volatile enabled:Z

.field private final bundle:Ljava/lang/String;

.method private constructor <init>(Ljava/lang/String;)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/vendorsdk/telemetry/Telemetry;->bundle:Ljava/lang/String;
    return-void
.end method

# public static void opened(Context context)
.method public static opened(Landroid/content/Context;)V
    .locals 3

    sget-boolean v0, Ltest/vendorsdk/telemetry/Telemetry;->enabled:Z
    if-nez v0, :send

    const-string v0, "Telemetry"
    const-string v1, "Off. See https://developer.android.com/privacy-and-security/security-config before turning it on."
    invoke-static {v0, v1}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void

    :send
    new-instance v0, Ljava/lang/Thread;
    new-instance v1, Ltest/vendorsdk/telemetry/Telemetry;
    invoke-virtual {p0}, Landroid/content/Context;->getPackageName()Ljava/lang/String;
    move-result-object v2
    invoke-direct {v1, v2}, Ltest/vendorsdk/telemetry/Telemetry;-><init>(Ljava/lang/String;)V
    const-string v2, "vendor-telemetry"
    invoke-direct {v0, v1, v2}, Ljava/lang/Thread;-><init>(Ljava/lang/Runnable;Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/lang/Thread;->start()V
    return-void
.end method

.method public run()V
    .locals 4

    :try_start
    new-instance v0, Ljava/net/URL;
    const-string v1, "https://telemetry.vendor-sdk.test/v1/events"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    move-result-object v0
    check-cast v0, Ljava/net/HttpURLConnection;

    const/16 v1, 0x1388
    invoke-virtual {v0, v1}, Ljava/net/HttpURLConnection;->setConnectTimeout(I)V
    invoke-virtual {v0, v1}, Ljava/net/HttpURLConnection;->setReadTimeout(I)V
    const-string v1, "POST"
    invoke-virtual {v0, v1}, Ljava/net/HttpURLConnection;->setRequestMethod(Ljava/lang/String;)V
    const/4 v1, 0x1
    invoke-virtual {v0, v1}, Ljava/net/HttpURLConnection;->setDoOutput(Z)V

    invoke-virtual {v0}, Ljava/net/HttpURLConnection;->getOutputStream()Ljava/io/OutputStream;
    move-result-object v1
    new-instance v2, Ljava/lang/StringBuilder;
    const-string v3, "event=opened&bundle="
    invoke-direct {v2, v3}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    iget-object v3, p0, Ltest/vendorsdk/telemetry/Telemetry;->bundle:Ljava/lang/String;
    invoke-virtual {v2, v3}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v2}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v2
    const-string v3, "UTF-8"
    invoke-virtual {v2, v3}, Ljava/lang/String;->getBytes(Ljava/lang/String;)[B
    move-result-object v2
    invoke-virtual {v1, v2}, Ljava/io/OutputStream;->write([B)V
    invoke-virtual {v1}, Ljava/io/OutputStream;->close()V
    invoke-virtual {v0}, Ljava/net/HttpURLConnection;->getResponseCode()I
    invoke-virtual {v0}, Ljava/net/HttpURLConnection;->disconnect()V
    :try_end
    .catch Ljava/io/IOException; {:try_start .. :try_end} :failed

    return-void

    :failed
    move-exception v0
    const-string v1, "Telemetry"
    const-string v2, "Event not sent"
    invoke-static {v1, v2, v0}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;Ljava/lang/Throwable;)I
    return-void
.end method
