.class public Ltest/overwrittens/app/App;
.super Landroid/app/Application;
.field public static me:Ltest/overwrittens/app/App;
.field public host:Ljava/lang/String;
.method public onCreate()V
    .locals 11
    sput-object p0, Ltest/overwrittens/app/App;->me:Ltest/overwrittens/app/App;
    const-string v0, "https://overwrittens.shop.test/"
    iput-object v0, p0, Ltest/overwrittens/app/App;->host:Ljava/lang/String;
    invoke-static {}, Ltest/overwrittens/app/Boot;->ping()V
    const-string v0, "https://next.example.test/"
    iput-object v0, p0, Ltest/overwrittens/app/App;->host:Ljava/lang/String;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Application;-><init>()V
    return-void
.end method
