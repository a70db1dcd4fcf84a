# Settings with a text that comes from the server
.class public Ltest/shop/Profile;
.super Ljava/lang/Object;

.field private system:Ljava/lang/String;

.method public constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/shop/Profile;->system:Ljava/lang/String;
    return-void
.end method

.method public setSystem(Ljava/lang/String;)V
    .registers 2
    iput-object p1, p0, Ltest/shop/Profile;->system:Ljava/lang/String;
    return-void
.end method

.method public getSystem()Ljava/lang/String;
    .registers 2
    iget-object v0, p0, Ltest/shop/Profile;->system:Ljava/lang/String;
    return-object v0
.end method

.method public ask()V
    .registers 3
    const-string v0, "sandbox"
    invoke-virtual {p0}, Ltest/shop/Profile;->getSystem()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v0
    if-eqz v0, :live
    const-string v1, "https://profile.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
    :live
    const-string v1, "https://profileelse.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method
