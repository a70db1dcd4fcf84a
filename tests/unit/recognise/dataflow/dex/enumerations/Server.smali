# Static fields with a value of the enumeration. Code stores the other value in the second one, and an object that is not
# known in the third one
.class public Ltest/shop/Server;
.super Ljava/lang/Object;

.field private static env:Ltest/shop/Env;
.field private static chosen:Ltest/shop/Env;
.field private static unknown:Ltest/shop/Env;
.field private static behind:Z

.method static constructor <clinit>()V
    .registers 1
    sget-object v0, Ltest/shop/Env;->LIVE:Ltest/shop/Env;
    sput-object v0, Ltest/shop/Server;->env:Ltest/shop/Env;
    sput-object v0, Ltest/shop/Server;->chosen:Ltest/shop/Env;
    sput-object v0, Ltest/shop/Server;->unknown:Ltest/shop/Env;
    return-void
.end method

# Nothing calls it
.method public static setEnv(Ltest/shop/Env;)V
    .registers 1
    sput-object p0, Ltest/shop/Server;->env:Ltest/shop/Env;
    return-void
.end method

.method public static isTrial()Z
    .registers 2
    sget-object v0, Ltest/shop/Server;->env:Ltest/shop/Env;
    sget-object v1, Ltest/shop/Env;->TRIAL:Ltest/shop/Env;
    if-ne v0, v1, :live
    const/4 v0, 0x1
    return v0
    :live
    const/4 v0, 0x0
    return v0
.end method

.method public static choose(Ljava/lang/String;)V
    .registers 2
    sget-object v0, Ltest/shop/Env;->TRIAL:Ltest/shop/Env;
    sput-object v0, Ltest/shop/Server;->chosen:Ltest/shop/Env;
    invoke-static {p0}, Ltest/shop/Server;->read(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ltest/shop/Env;
    sput-object v0, Ltest/shop/Server;->unknown:Ltest/shop/Env;
    # This store never runs
    sget-object v0, Ltest/shop/Server;->env:Ltest/shop/Env;
    sget-object p0, Ltest/shop/Env;->TRIAL:Ltest/shop/Env;
    if-ne v0, p0, :end
    const/4 v0, 0x1
    sput-boolean v0, Ltest/shop/Server;->behind:Z
    :end
    return-void
.end method

.method public static read(Ljava/lang/String;)Ljava/lang/Object;
    .registers 2
    invoke-static {p0}, Lorg/other/Reader;->read(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

.method public static ask(Ljava/lang/String;)V
    .registers 3
    invoke-static {p0}, Ltest/shop/Server;->choose(Ljava/lang/String;)V
    invoke-static {}, Ltest/shop/Server;->isTrial()Z
    move-result v0
    if-eqz v0, :live
    const-string v0, "https://trial.shop.test/a"
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :live
    const-string v0, "https://live.shop.test/a"
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    sget-object v0, Ltest/shop/Server;->env:Ltest/shop/Env;
    sget-object v1, Ltest/shop/Env;->TRIAL:Ltest/shop/Env;
    if-ne v0, v1, :first
    const-string v0, "https://same.shop.test/a"
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :first
    sget-object v0, Ltest/shop/Server;->chosen:Ltest/shop/Env;
    if-ne v0, v1, :second
    const-string v0, "https://chosen.shop.test/a"
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :second
    sget-object v0, Ltest/shop/Server;->unknown:Ltest/shop/Env;
    if-ne v0, v1, :third
    const-string v0, "https://unknown.shop.test/a"
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :third
    sget-boolean v0, Ltest/shop/Server;->behind:Z
    if-eqz v0, :fourth
    const-string v0, "https://behind.shop.test/a"
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :fourth
    sget-object v0, Ltest/shop/Mirror;->MAIN:Ltest/shop/Mirror;
    sget-object v1, Ltest/shop/Mirror;->SPARE:Ltest/shop/Mirror;
    if-ne v0, v1, :end
    const-string v0, "https://mirror.shop.test/a"
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method
