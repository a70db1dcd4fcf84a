.class public Lother/sdk/Sdk;
.super Ljava/lang/Object;

.field private api:Lother/sdk/Api;

.method public static create(Landroid/content/Context;)Lother/sdk/Sdk;
    .registers 5
    :begin
    new-instance v0, Landroid/content/ComponentName;
    invoke-virtual {p0}, Landroid/content/Context;->getPackageName()Ljava/lang/String;
    move-result-object v1
    const-string v2, "other.sdk.AuthActivity"
    invoke-direct {v0, v1, v2}, Landroid/content/ComponentName;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    invoke-virtual {p0}, Landroid/content/Context;->getPackageManager()Landroid/content/pm/PackageManager;
    move-result-object v1
    const/4 v2, 0x0
    invoke-virtual {v1, v0, v2}, Landroid/content/pm/PackageManager;->getActivityInfo(Landroid/content/ComponentName;I)Landroid/content/pm/ActivityInfo;
    :end
    .catch Landroid/content/pm/PackageManager$NameNotFoundException; {:begin .. :end} :missing
    new-instance v0, Lother/sdk/Sdk;
    invoke-direct {v0}, Lother/sdk/Sdk;-><init>()V
    return-object v0
    :missing
    move-exception v0
    const/4 v0, 0x0
    return-object v0
.end method

.method private constructor <init>()V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    new-instance v0, Lother/sdk/Api;
    invoke-direct {v0}, Lother/sdk/Api;-><init>()V
    iput-object v0, p0, Lother/sdk/Sdk;->api:Lother/sdk/Api;
    const-string v0, "Api"
    const-string v1, "made"
    invoke-static {v0, v1}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method public login()V
    .registers 2
    const-string v0, "https://login.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    iget-object v0, p0, Lother/sdk/Sdk;->api:Lother/sdk/Api;
    invoke-virtual {v0}, Lother/sdk/Api;->send()V
    invoke-static {}, Lother/sdk/Sdk;->help()V
    invoke-static {}, Lother/sdk/Sdk;->both()V
    return-void
.end method

.method private static help()V
    .registers 1
    const-string v0, "https://help.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method static both()V
    .registers 1
    const-string v0, "https://both.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static free()V
    .registers 1
    const-string v0, "https://free.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    invoke-static {}, Lother/sdk/Sdk;->both()V
    return-void
.end method
