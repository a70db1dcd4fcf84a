# What App Inventor writes for "set WebViewer1.HomeUrl to select list item" and the like; the runtime is not here
.class public Lappinventor/ai_shop/Wiki/Screen1;
.super Lcom/google/appinventor/components/runtime/Form;

.field public WebViewer1:Lcom/google/appinventor/components/runtime/WebViewer;
.field public Starter1:Lcom/google/appinventor/components/runtime/ActivityStarter;
.field static final Lit0:Lgnu/mapping/SimpleSymbol;
.field static final Lit1:Lgnu/mapping/SimpleSymbol;
.field static final Lit2:Lgnu/mapping/SimpleSymbol;
.field static final Lit3:Lgnu/mapping/SimpleSymbol;
.field static final Lit4:Lgnu/mapping/SimpleSymbol;
.field static final Lit5:Lgnu/mapping/SimpleSymbol;
.field static final Lit6:Lgnu/mapping/SimpleSymbol;
.field static final Lit7:Lgnu/mapping/SimpleSymbol;
.field static final Lit8:Lgnu/mapping/SimpleSymbol;

.method static constructor <clinit>()V
    .registers 2
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "WebViewer1"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit0:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "HomeUrl"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit1:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "GoToUrl"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "Starter1"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit3:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "DataUri"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit4:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "pages"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "links"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "text"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit7:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "plain"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    sput-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit8:Lgnu/mapping/SimpleSymbol;
    return-void
.end method

# The global variables: lists of pages, of links, and of texts that no component gets
.method public run()V
    .registers 6
    sget-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    const-string v1, "https://en.wikipedia.org/wiki/Seoul"
    const-string v2, "Seoul"
    invoke-static {v1, v2}, Lgnu/lists/LList;->list2(Ljava/lang/Object;Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v1
    invoke-static {v0, v1}, Lcom/google/youngandroid/runtime;->addGlobalVarToCurrentFormEnvironment(Lgnu/mapping/Symbol;Ljava/lang/Object;)Ljava/lang/Object;
    sget-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    const-string v1, "https://de.wikipedia.org/wiki/Seoul"
    const-string v2, "Seoul"
    invoke-static {v1, v2}, Lgnu/lists/LList;->list2(Ljava/lang/Object;Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v1
    invoke-static {v0, v1}, Lcom/google/youngandroid/runtime;->addGlobalVarToCurrentFormEnvironment(Lgnu/mapping/Symbol;Ljava/lang/Object;)Ljava/lang/Object;
    sget-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit8:Lgnu/mapping/SimpleSymbol;
    const-string v1, "https://fr.wikipedia.org/wiki/Seoul"
    const-string v2, "Seoul"
    invoke-static {v1, v2}, Lgnu/lists/LList;->list2(Ljava/lang/Object;Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v1
    invoke-static {v0, v1}, Lcom/google/youngandroid/runtime;->addGlobalVarToCurrentFormEnvironment(Lgnu/mapping/Symbol;Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method

.method public List1$AfterPicking()Ljava/lang/Object;
    .registers 6
    sget-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit0:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Wiki/Screen1;->Lit1:Lgnu/mapping/SimpleSymbol;
    const/4 v2, 0x0
    sget-object v3, Lappinventor/ai_shop/Wiki/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    const/4 v4, 0x0
    invoke-static {v3, v4}, Lcom/google/youngandroid/runtime;->lookupGlobalVarInCurrentFormEnvironment(Lgnu/mapping/Symbol;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v3
    const-string v5, "select list item"
    invoke-static {v3, v4}, Lgnu/lists/LList;->list2(Ljava/lang/Object;Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v3
    invoke-static {v2, v3, v4, v5}, Lcom/google/youngandroid/runtime;->callYailPrimitive(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v2
    sget-object v3, Lappinventor/ai_shop/Wiki/Screen1;->Lit7:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

.method public Button1$Click()Ljava/lang/Object;
    .registers 6
    sget-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit0:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Wiki/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    const-string v2, "https://es.wikipedia.org/wiki/Seoul"
    invoke-static {v2}, Lgnu/lists/LList;->list1(Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v2
    sget-object v3, Lappinventor/ai_shop/Wiki/Screen1;->Lit7:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->callComponentMethod(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

# A browser opens it
.method public Button2$Click()Ljava/lang/Object;
    .registers 6
    sget-object v0, Lappinventor/ai_shop/Wiki/Screen1;->Lit3:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/Wiki/Screen1;->Lit4:Lgnu/mapping/SimpleSymbol;
    sget-object v2, Lappinventor/ai_shop/Wiki/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    const/4 v4, 0x0
    invoke-static {v2, v4}, Lcom/google/youngandroid/runtime;->lookupGlobalVarInCurrentFormEnvironment(Lgnu/mapping/Symbol;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v2
    sget-object v3, Lappinventor/ai_shop/Wiki/Screen1;->Lit7:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    const-string v2, "https://it.wikipedia.org/wiki/Seoul"
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method
