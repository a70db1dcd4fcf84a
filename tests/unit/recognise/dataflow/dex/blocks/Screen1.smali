# What App Inventor writes for blocks that handle events; the runtime is not here
.class public Lappinventor/ai_shop/News/Screen1;
.super Lcom/google/appinventor/components/runtime/Form;

.field public Label1:Lcom/google/appinventor/components/runtime/Label;
.field public Box1:Lcom/google/appinventor/components/runtime/TextBox;
.field public Web1:Lcom/google/appinventor/components/runtime/Web;
.field public News1:Ltest/extension/News;
.field static final Lit0:Lgnu/mapping/SimpleSymbol;
.field static final Lit1:Lgnu/mapping/SimpleSymbol;
.field static final Lit2:Lgnu/mapping/SimpleSymbol;
.field static final Lit3:Lgnu/mapping/SimpleSymbol;
.field static final Lit4:Lgnu/mapping/SimpleSymbol;
.field static final Lit5:Lgnu/mapping/SimpleSymbol;
.field static final Lit6:Lgnu/mapping/SimpleSymbol;
.field static final Lit7:Lgnu/mapping/SimpleSymbol;

.method static constructor <clinit>()V
    .registers 3
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "Label1"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Lgnu/mapping/SimpleSymbol;->readResolve()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Lgnu/mapping/SimpleSymbol;
    sput-object v0, Lappinventor/ai_shop/News/Screen1;->Lit0:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "Text"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Lgnu/mapping/SimpleSymbol;->readResolve()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Lgnu/mapping/SimpleSymbol;
    sput-object v0, Lappinventor/ai_shop/News/Screen1;->Lit1:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "Box1"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Lgnu/mapping/SimpleSymbol;->readResolve()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Lgnu/mapping/SimpleSymbol;
    sput-object v0, Lappinventor/ai_shop/News/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "Elements"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Lgnu/mapping/SimpleSymbol;->readResolve()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Lgnu/mapping/SimpleSymbol;
    sput-object v0, Lappinventor/ai_shop/News/Screen1;->Lit3:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "News1"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Lgnu/mapping/SimpleSymbol;->readResolve()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Lgnu/mapping/SimpleSymbol;
    sput-object v0, Lappinventor/ai_shop/News/Screen1;->Lit4:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "text"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Lgnu/mapping/SimpleSymbol;->readResolve()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Lgnu/mapping/SimpleSymbol;
    sput-object v0, Lappinventor/ai_shop/News/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "Web1"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Lgnu/mapping/SimpleSymbol;->readResolve()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Lgnu/mapping/SimpleSymbol;
    sput-object v0, Lappinventor/ai_shop/News/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    new-instance v0, Lgnu/mapping/SimpleSymbol;
    const-string v1, "Url"
    invoke-direct {v0, v1}, Lgnu/mapping/SimpleSymbol;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Lgnu/mapping/SimpleSymbol;->readResolve()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Lgnu/mapping/SimpleSymbol;
    sput-object v0, Lappinventor/ai_shop/News/Screen1;->Lit7:Lgnu/mapping/SimpleSymbol;
    return-void
.end method

.method public News1$Shown(Ljava/lang/Object;)Ljava/lang/Object;
    .registers 8
    invoke-static {p1}, Lcom/google/youngandroid/runtime;->sanitizeComponentData(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object p1
    const-string v2, ": "
    invoke-static {v2, p1}, Lgnu/lists/LList;->list2(Ljava/lang/Object;Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v2
    sget-object v0, Lappinventor/ai_shop/News/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    const-string v1, "join"
    invoke-static {v0, v2, v0, v1}, Lcom/google/youngandroid/runtime;->callYailPrimitive(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v2
    sget-object v0, Lappinventor/ai_shop/News/Screen1;->Lit0:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/News/Screen1;->Lit1:Lgnu/mapping/SimpleSymbol;
    sget-object v3, Lappinventor/ai_shop/News/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

.method public News1$Boxed(Ljava/lang/Object;)Ljava/lang/Object;
    .registers 8
    invoke-static {p1}, Lcom/google/youngandroid/runtime;->sanitizeComponentData(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object p1
    sget-object v0, Lappinventor/ai_shop/News/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/News/Screen1;->Lit1:Lgnu/mapping/SimpleSymbol;
    sget-object v3, Lappinventor/ai_shop/News/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, p1, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

.method public News1$Listed(Ljava/lang/Object;)Ljava/lang/Object;
    .registers 8
    invoke-static {p1}, Lcom/google/youngandroid/runtime;->sanitizeComponentData(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object p1
    sget-object v0, Lappinventor/ai_shop/News/Screen1;->Lit0:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/News/Screen1;->Lit3:Lgnu/mapping/SimpleSymbol;
    sget-object v3, Lappinventor/ai_shop/News/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, p1, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

.method public News1$Asked(Ljava/lang/Object;)Ljava/lang/Object;
    .registers 8
    invoke-static {p1}, Lcom/google/youngandroid/runtime;->sanitizeComponentData(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object p1
    sget-object v0, Lappinventor/ai_shop/News/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/News/Screen1;->Lit7:Lgnu/mapping/SimpleSymbol;
    sget-object v3, Lappinventor/ai_shop/News/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, p1, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

.method public News1$Both(Ljava/lang/Object;)Ljava/lang/Object;
    .registers 8
    invoke-static {p1}, Lcom/google/youngandroid/runtime;->sanitizeComponentData(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object p1
    sget-object v0, Lappinventor/ai_shop/News/Screen1;->Lit0:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/News/Screen1;->Lit1:Lgnu/mapping/SimpleSymbol;
    sget-object v3, Lappinventor/ai_shop/News/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, p1, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

.method public any$News$Both(Ljava/lang/Object;)Ljava/lang/Object;
    .registers 8
    invoke-static {p1}, Lcom/google/youngandroid/runtime;->sanitizeComponentData(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object p1
    sget-object v0, Lappinventor/ai_shop/News/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/News/Screen1;->Lit7:Lgnu/mapping/SimpleSymbol;
    sget-object v3, Lappinventor/ai_shop/News/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, p1, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

.method public News1$Changed(Ljava/lang/Object;)Ljava/lang/Object;
    .registers 8
    invoke-static {p1}, Lcom/google/youngandroid/runtime;->sanitizeComponentData(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object p1
    const-string v2, "x"
    invoke-static {v2, p1}, Lgnu/lists/LList;->list2(Ljava/lang/Object;Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v2
    sget-object v0, Lappinventor/ai_shop/News/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    const-string v1, "add items to list"
    invoke-static {v0, v2, v0, v1}, Lcom/google/youngandroid/runtime;->callYailPrimitive(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

# Blocks read the text of the box
.method public Button1$Click()Ljava/lang/Object;
    .registers 6
    sget-object v2, Lcom/google/youngandroid/runtime;->get$Mnproperty:Lgnu/expr/ModuleMethod;
    sget-object v3, Lappinventor/ai_shop/News/Screen1;->Lit2:Lgnu/mapping/SimpleSymbol;
    sget-object v4, Lappinventor/ai_shop/News/Screen1;->Lit1:Lgnu/mapping/SimpleSymbol;
    invoke-virtual {v2, v3, v4}, Lgnu/mapping/Procedure;->apply2(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v2
    sget-object v0, Lappinventor/ai_shop/News/Screen1;->Lit6:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/News/Screen1;->Lit7:Lgnu/mapping/SimpleSymbol;
    sget-object v3, Lappinventor/ai_shop/News/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

# The text of a label that blocks set
.method static label()Ljava/lang/Object;
    .registers 4
    const-string v2, "https://label.shop.test/"
    sget-object v0, Lappinventor/ai_shop/News/Screen1;->Lit0:Lgnu/mapping/SimpleSymbol;
    sget-object v1, Lappinventor/ai_shop/News/Screen1;->Lit1:Lgnu/mapping/SimpleSymbol;
    sget-object v3, Lappinventor/ai_shop/News/Screen1;->Lit5:Lgnu/mapping/SimpleSymbol;
    invoke-static {v0, v1, v2, v3}, Lcom/google/youngandroid/runtime;->setAndCoerceProperty$Ex(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method
