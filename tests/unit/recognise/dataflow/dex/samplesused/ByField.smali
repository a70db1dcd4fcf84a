.class public Lorg/other/demo/ByField;
.super Ljava/lang/Object;

.field public static url:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 1
    const-string v0, "https://byfield.maps.test"
    sput-object v0, Lorg/other/demo/ByField;->url:Ljava/lang/String;
    return-void
.end method

.method public open()V
    .registers 2
    new-instance v0, Ljava/net/URL;
    sget-object v1, Lorg/other/demo/ByField;->url:Ljava/lang/String;
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
