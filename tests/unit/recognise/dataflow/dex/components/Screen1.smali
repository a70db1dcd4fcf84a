# What App Inventor writes for "set MqttClient1.Broker to ..." and the like; the runtime is not here
.class public Lappinventor/ai_shop/Till/Screen1;
.super Lcom/google/appinventor/components/runtime/Form;

.field public Label1:Lcom/google/appinventor/components/runtime/Label;
.field public MqttClient1:Ltest/extension/MqttClient;
.field public Web1:Lcom/google/appinventor/components/runtime/Web;
.field static final Lit0:Lgnu/mapping/SimpleSymbol;
.field static final Lit1:Lgnu/mapping/SimpleSymbol;
.field static final Lit2:Lgnu/mapping/SimpleSymbol;
.field static final Lit3:Lgnu/mapping/SimpleSymbol;
.field static final Lit4:Lgnu/mapping/SimpleSymbol;
.field static final Lit5:Lgnu/mapping/SimpleSymbol;
.field static final Lit6:Lgnu/mapping/SimpleSymbol;

.method static constructor <clinit>()V
    .registers 3
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "MqttClient1"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Lgnu/mapping/SimpleSymbol;->readResolve()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Lgnu/mapping/SimpleSymbol;
    sput-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit0:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "Broker"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Lgnu/mapping/SimpleSymbol;->readResolve()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Lgnu/mapping/SimpleSymbol;
    sput-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit1:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "text"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Lgnu/mapping/SimpleSymbol;->readResolve()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Lgnu/mapping/SimpleSymbol;
    sput-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "Label1"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Lgnu/mapping/SimpleSymbol;->readResolve()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Lgnu/mapping/SimpleSymbol;
    sput-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit3:Lgnu/mapping/SimpleSymbol;
    # without readResolve, as R8 leaves it
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "Web1"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit4:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "Url"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "Text"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    return-void
.end method

.method static broker()Ljava/lang/Object;
    .registers 4
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit0:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit1:Lgnu/mapping/SimpleSymbol;
    const-string v2, "192.168.50.7"
    sget-object v3, Lappinventor/ai_shop/Till/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

.method static web()Ljava/lang/Object;
    .registers 4
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit4:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    const-string v2, "till.shop.test"
    sget-object v3, Lappinventor/ai_shop/Till/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

# No servers: the text of a label, a property of a label with the name of one, a text of the extension, an unknown value
.method static others(Ljava/lang/Object;)Ljava/lang/Object;
    .registers 5
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit3:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    const-string v2, "192.168.50.8"
    sget-object v3, Lappinventor/ai_shop/Till/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    const-string v2, "192.168.50.9"
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit0:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    const-string v2, "192.168.50.10"
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit1:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, p0, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method
