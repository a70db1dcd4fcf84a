# What App Inventor writes for "set MqttClient1.Broker to ..." and the like; the runtime is not here
.class public Lappinventor/ai_shop/Till/Screen1;
.super Lcom/google/appinventor/components/runtime/Form;

.field public Label1:Lcom/google/appinventor/components/runtime/Label;
.field public MqttClient1:Ltest/extension/MqttClient;
.field public Web1:Lcom/google/appinventor/components/runtime/Web;
.field public HostBox:Lcom/google/appinventor/components/runtime/TextBox;
.field public NameBox:Lcom/google/appinventor/components/runtime/TextBox;
.field public AddressBox:Lcom/google/appinventor/components/runtime/TextBox;
.field public UrlBox:Lcom/google/appinventor/components/runtime/TextBox;
.field static final Lit0:Lgnu/mapping/SimpleSymbol;
.field static final Lit1:Lgnu/mapping/SimpleSymbol;
.field static final Lit2:Lgnu/mapping/SimpleSymbol;
.field static final Lit3:Lgnu/mapping/SimpleSymbol;
.field static final Lit4:Lgnu/mapping/SimpleSymbol;
.field static final Lit5:Lgnu/mapping/SimpleSymbol;
.field static final Lit6:Lgnu/mapping/SimpleSymbol;
.field static final Lit7:Lgnu/mapping/SimpleSymbol;
.field static final Lit8:Lgnu/mapping/SimpleSymbol;
.field static final Lit9:Lgnu/mapping/SimpleSymbol;
.field static final Lit10:Lgnu/mapping/SimpleSymbol;

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
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "HostBox"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit7:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "NameBox"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit8:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "UrlBox"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit9:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "AddressBox"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit10:Lgnu/mapping/SimpleSymbol;
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

# The first texts of text boxes: blocks give that of the first and the last to network components, the other to a label
.method static boxes()V
    .registers 4
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit7:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    const-string v2, "192.168.50.20"
    sget-object v3, Lappinventor/ai_shop/Till/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit8:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    const-string v2, "192.168.50.21"
    sget-object v3, Lappinventor/ai_shop/Till/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit9:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    const-string v2, "192.168.50.22"
    sget-object v3, Lappinventor/ai_shop/Till/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method

.method public Button1$Click()V
    .registers 8
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit7:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1}, Lcom/google/youngandroid/runtime;->getProperty$1(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v2
    const-string v3, "1883"
    invoke-static {v2, v3}, Lgnu/lists/LList;->list2(Ljava/lang/Object;Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v4
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit0:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    sget-object v5, Lappinventor/ai_shop/Till/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v4, v5}, Lcom/google/youngandroid/runtime;->callComponentMethod(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    # set Label1.Text
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit8:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1}, Lcom/google/youngandroid/runtime;->getProperty$1(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v2
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit3:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    sget-object v3, Lappinventor/ai_shop/Till/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    # set Web1.Url to join("http://", UrlBox.Text, "/led")
    const-string v2, "http://"
    invoke-static {v2}, Lgnu/lists/LList;->list1(Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v6
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit9:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1}, Lcom/google/youngandroid/runtime;->getProperty$1(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v2
    const-string v3, "/led"
    invoke-static {v6, v2, v3}, Lgnu/lists/LList;->chain2(Lgnu/lists/Pair;Ljava/lang/Object;Ljava/lang/Object;)Lgnu/lists/Pair;
    const-string v0, "join"
    invoke-static {v0, v6, v0, v0}, Lcom/google/youngandroid/runtime;->callYailPrimitive(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v2
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit4:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    sget-object v3, Lappinventor/ai_shop/Till/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method

# Newer compilers read a property by the procedure of the runtime
.method static address()V
    .registers 5
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit10:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    const-string v2, "192.168.50.23"
    sget-object v3, Lappinventor/ai_shop/Till/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    sget-object v0, Lappinventor/ai_shop/Till/Screen1;->Lit4:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Till/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    sget-object v2, Lcom/google/youngandroid/runtime;->get$Mnproperty:Lgnu/expr/ModuleMethod;
    sget-object v3, Lappinventor/ai_shop/Till/Screen1;->Lit10:Lgnu/mapping/SimpleSymbol;
    sget-object v4, Lappinventor/ai_shop/Till/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    invoke-virtual {v2, v3, v4}, Lgnu/mapping/Procedure;->apply2(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v2
    sget-object v3, Lappinventor/ai_shop/Till/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method
