.class Ltest/selfdefault/app/Cfg;
.super Ljava/lang/Object;
.field url:Ljava/lang/String;
.method constructor <init>(Landroid/content/SharedPreferences;)V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "https://selfdefault.shop.test/a"
    iput-object v0, p0, Ltest/selfdefault/app/Cfg;->url:Ljava/lang/String;
    const-string v1, "url"
    invoke-interface {p1, v1, v0}, Landroid/content/SharedPreferences;->getString(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object p1
    iput-object p1, p0, Ltest/selfdefault/app/Cfg;->url:Ljava/lang/String;
    return-void
.end method
