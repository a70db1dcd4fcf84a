# The encrypted text is in a field that only the initialiser of the class fills; another method decrypts it.
.class public final Lcom/shop/Main;
.super Landroid/app/Activity;
.field static server:Ljava/lang/String;
.field static other:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 1
    const-string v0, "\u000e\u0012\u0012\u0016\u0015\u005c\u0049\u0049\u0015\u0012\u0009\u0014\u0003\u0002\u0048\u0015\u000e\u0009\u0016\u0048\u0012\u0003\u0015\u0012\u0049\u0010\u0057\u0049\u0009\u0014\u0002\u0003\u0014\u0015"
    sput-object v0, Lcom/shop/Main;->server:Ljava/lang/String;
    const-string v0, "\u000e\u0012\u0012\u0016\u0015\u005c\u0049\u0049\u0013\u0008\u0013\u0015\u0003\u0002\u0048\u0015\u000e\u0009\u0016\u0048\u0012\u0003\u0015\u0012\u0049\u0010\u0057\u0049\u0009\u0014\u0002\u0003\u0014\u0015"
    sput-object v0, Lcom/shop/Main;->other:Ljava/lang/String;
    return-void
.end method

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .registers 4
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    new-instance v0, Ljava/net/URL;
    sget-object v1, Lcom/shop/Main;->server:Ljava/lang/String;
    invoke-static {v1}, Lcom/shop/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
