.class public Ltest/overwritect/app/Api;
.super Ljava/lang/Object;
.field public static me:Ltest/overwritect/app/Api;
.field public host:Ljava/lang/String;
.method public constructor <init>(Ljava/lang/String;)V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    sput-object p0, Ltest/overwritect/app/Api;->me:Ltest/overwritect/app/Api;
    const-string v0, "https://overwritect.shop.test/"
    iput-object v0, p0, Ltest/overwritect/app/Api;->host:Ljava/lang/String;
    invoke-static {}, Ltest/overwritect/app/Boot;->ping()V
    iput-object p1, p0, Ltest/overwritect/app/Api;->host:Ljava/lang/String;
    return-void
.end method
.method public go()V
    .locals 11
    iget-object v0, p0, Ltest/overwritect/app/Api;->host:Ljava/lang/String;
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
