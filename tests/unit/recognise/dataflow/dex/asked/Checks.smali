.class public Lother/sdk/Checks;
.super Ljava/lang/Object;

.method public static behind(Landroid/content/Context;)V
    .registers 6
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
    const-string v0, "https://behind.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
    :missing
    move-exception v0
    return-void
.end method

.method public static context(Landroid/content/Context;)V
    .registers 6
    :begin
    new-instance v0, Landroid/content/ComponentName;
    const-string v2, "other.sdk.Sync"
    invoke-direct {v0, p0, v2}, Landroid/content/ComponentName;-><init>(Landroid/content/Context;Ljava/lang/String;)V
    invoke-virtual {p0}, Landroid/content/Context;->getPackageManager()Landroid/content/pm/PackageManager;
    move-result-object v1
    const/4 v2, 0x0
    invoke-virtual {v1, v0, v2}, Landroid/content/pm/PackageManager;->getServiceInfo(Landroid/content/ComponentName;I)Landroid/content/pm/ServiceInfo;
    :end
    .catch Landroid/content/pm/PackageManager$NameNotFoundException; {:begin .. :end} :missing
    const-string v0, "https://context.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
    :missing
    move-exception v0
    return-void
.end method

.method public static declared(Landroid/content/Context;)V
    .registers 6
    :begin
    new-instance v0, Landroid/content/ComponentName;
    invoke-virtual {p0}, Landroid/content/Context;->getPackageName()Ljava/lang/String;
    move-result-object v1
    const-string v2, "test.shop.app.Main"
    invoke-direct {v0, v1, v2}, Landroid/content/ComponentName;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    invoke-virtual {p0}, Landroid/content/Context;->getPackageManager()Landroid/content/pm/PackageManager;
    move-result-object v1
    const/4 v2, 0x0
    invoke-virtual {v1, v0, v2}, Landroid/content/pm/PackageManager;->getActivityInfo(Landroid/content/ComponentName;I)Landroid/content/pm/ActivityInfo;
    :end
    .catch Landroid/content/pm/PackageManager$NameNotFoundException; {:begin .. :end} :missing
    const-string v0, "https://declared.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
    :missing
    move-exception v0
    return-void
.end method

.method public static bank(Landroid/content/Context;)V
    .registers 6
    :begin
    new-instance v0, Landroid/content/ComponentName;
    const-string v1, "com.bank"
    const-string v2, "com.bank.Pay"
    invoke-direct {v0, v1, v2}, Landroid/content/ComponentName;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    invoke-virtual {p0}, Landroid/content/Context;->getPackageManager()Landroid/content/pm/PackageManager;
    move-result-object v1
    const/4 v2, 0x0
    invoke-virtual {v1, v0, v2}, Landroid/content/pm/PackageManager;->getActivityInfo(Landroid/content/ComponentName;I)Landroid/content/pm/ActivityInfo;
    :end
    .catch Landroid/content/pm/PackageManager$NameNotFoundException; {:begin .. :end} :missing
    const-string v0, "https://bank.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
    :missing
    move-exception v0
    return-void
.end method

.method public static unknown(Landroid/content/Context;Ljava/lang/String;)V
    .registers 6
    :begin
    new-instance v0, Landroid/content/ComponentName;
    invoke-virtual {p0}, Landroid/content/Context;->getPackageName()Ljava/lang/String;
    move-result-object v1
    move-object v2, p1
    invoke-direct {v0, v1, v2}, Landroid/content/ComponentName;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    invoke-virtual {p0}, Landroid/content/Context;->getPackageManager()Landroid/content/pm/PackageManager;
    move-result-object v1
    const/4 v2, 0x0
    invoke-virtual {v1, v0, v2}, Landroid/content/pm/PackageManager;->getActivityInfo(Landroid/content/ComponentName;I)Landroid/content/pm/ActivityInfo;
    :end
    .catch Landroid/content/pm/PackageManager$NameNotFoundException; {:begin .. :end} :missing
    const-string v0, "https://unknown.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
    :missing
    move-exception v0
    return-void
.end method

.method public static warned(Landroid/content/Context;)V
    .registers 6
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
    .catch Ljava/lang/Exception; {:begin .. :end} :missing
    :next
    const-string v0, "https://warned.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
    :missing
    move-exception v0
    goto :next
.end method
