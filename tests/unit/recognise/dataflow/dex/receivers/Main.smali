# Methods of one object: what one of them changes, the others do not see.
.class public Ltest/receivers/Main;
.super Ljava/lang/Object;

.field private static last:Ljava/lang/String;
.field private env:Ltest/receivers/Env;
.field private parts:Ljava/util/List;
.field private base:Ljava/lang/StringBuilder;

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    sget-object v0, Ltest/receivers/Env;->PROD:Ltest/receivers/Env;
    iput-object v0, p0, Ltest/receivers/Main;->env:Ltest/receivers/Env;
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    const-string v1, "items"
    invoke-interface {v0, v1}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    iput-object v0, p0, Ltest/receivers/Main;->parts:Ljava/util/List;
    const/16 v1, 0x3e8
    :again
    add-int/lit8 v1, v1, -0x1
    if-gtz v1, :again
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://shop.test"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    iput-object v0, p0, Ltest/receivers/Main;->base:Ljava/lang/StringBuilder;
    return-void
.end method

.method private made(I)V
    .registers 5
    iget-object v0, p0, Ltest/receivers/Main;->base:Ljava/lang/StringBuilder;
    const/16 v1, 0x2f
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    iget-object v1, p0, Ltest/receivers/Main;->parts:Ljava/util/List;
    invoke-interface {v1, p1}, Ljava/util/List;->get(I)Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Ljava/lang/String;
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    return-void
.end method

# https://shop.test/cart, because the text is the first of the list.
.method public cart()V
    .registers 4
    iget-object v0, p0, Ltest/receivers/Main;->parts:Ljava/util/List;
    const-string v1, "cart"
    const/4 v2, 0x0
    invoke-interface {v0, v2, v1}, Ljava/util/List;->set(ILjava/lang/Object;)Ljava/lang/Object;
    invoke-direct {p0, v2}, Ltest/receivers/Main;->made(I)V
    return-void
.end method

# https://shop.test/items
.method public items()V
    .registers 3
    const/4 v0, 0x0
    invoke-direct {p0, v0}, Ltest/receivers/Main;->made(I)V
    return-void
.end method

# https://shop.test/items only if the field has the constant itself.
.method public chosen()V
    .registers 3
    iget-object v0, p0, Ltest/receivers/Main;->env:Ltest/receivers/Env;
    sget-object v1, Ltest/receivers/Env;->PROD:Ltest/receivers/Env;
    if-ne v0, v1, :other
    invoke-virtual {p0}, Ltest/receivers/Main;->items()V
    :other
    return-void
.end method

# https://shop.test/again, if the condition leads back to the first instruction, which is at offset 0.
.method public repeated()V
    .registers 4
    :start
    const-string v1, "https://shop.test/"
    sget-object v2, Ltest/receivers/Main;->last:Ljava/lang/String;
    invoke-virtual {v1, v2}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    const-string v2, "again"
    sput-object v2, Ltest/receivers/Main;->last:Ljava/lang/String;
    const-string v1, "lost"
    invoke-static {}, Ltest/other/Unknown;->number()I
    move-result v0
    const/4 v2, 0x0
    if-eq v0, v2, :start
    return-void
.end method
