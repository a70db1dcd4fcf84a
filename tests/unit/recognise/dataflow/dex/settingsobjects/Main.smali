.class public Ltest/shop/Main;
.super Landroid/app/Activity;

.field private draft:Z
.field private final loud:Z

.field private list:Ljava/util/List;
    .annotation system Ldalvik/annotation/Signature;
        value = { "Ljava/util/List<", "Ltest/shop/Listed;", ">;" }
    .end annotation
.end field

# The type of a parameter is no argument of a generic type
.method public static other(Ltest/shop/Settings;Ljava/util/List;)V
    .registers 2
    .annotation system Ldalvik/annotation/Signature;
        value = { "(", "Ltest/shop/Settings;", "Ljava/util/List<", "Ljava/lang/String;", ">;)V" }
    .end annotation
    return-void
.end method

# Only a constructor stores these
.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    const/4 v0, 0x0
    iput-boolean v0, p0, Ltest/shop/Main;->draft:Z
    const/4 v0, 0x1
    iput-boolean v0, p0, Ltest/shop/Main;->loud:Z
    return-void
.end method

.method public onStart()V
    .registers 2
    iget-boolean v0, p0, Ltest/shop/Main;->draft:Z
    if-eqz v0, :next
    const-string v0, "https://draft.shop.test/a"
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :next
    iget-boolean v0, p0, Ltest/shop/Main;->loud:Z
    if-eqz v0, :end
    const-string v0, "https://loud.shop.test/a"
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public onCreate(Landroid/os/Bundle;)V
    .registers 4
    new-instance v0, Ltest/shop/Settings;
    invoke-direct {v0}, Ltest/shop/Settings;-><init>()V
    new-instance v1, Ltest/shop/Holder;
    invoke-direct {v1, v0}, Ltest/shop/Holder;-><init>(Ltest/shop/Settings;)V
    invoke-virtual {v1}, Ltest/shop/Holder;->ask()V
    invoke-virtual {v1}, Ltest/shop/Holder;->join()V
    invoke-virtual {v1}, Ltest/shop/Holder;->connect()V
    new-instance v0, Ltest/shop/Account;
    const-string v1, "live"
    invoke-direct {v0, v1}, Ltest/shop/Account;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ltest/shop/Account;->ask()V
    new-instance v0, Ltest/shop/Profile;
    const-string v1, "live"
    invoke-direct {v0, v1}, Ltest/shop/Profile;-><init>(Ljava/lang/String;)V
    invoke-static {}, Lorg/other/Reader;->read()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ltest/shop/Profile;->setSystem(Ljava/lang/String;)V
    invoke-virtual {v0}, Ltest/shop/Profile;->ask()V
    const-class v0, Ltest/shop/Parsed;
    invoke-static {v0}, Lcom/google/gson/Gson;->fromJson(Ljava/lang/Class;)Ljava/lang/Object;
    const-class v0, Ltest/shop/Around;
    invoke-static {v0}, Lcom/google/gson/Gson;->fromJson(Ljava/lang/Class;)Ljava/lang/Object;
    const-string v0, "test.shop.Titled"
    invoke-static {v0}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;
    new-instance v0, Ltest/shop/Chosen;
    invoke-direct {v0}, Ltest/shop/Chosen;-><init>()V
    const/4 v1, 0x1
    invoke-virtual {v0, v1}, Ltest/shop/Chosen;->setTest(Z)V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Chosen;)V
    new-instance v0, Ltest/shop/Parsed;
    invoke-direct {v0}, Ltest/shop/Parsed;-><init>()V

    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Parsed;)V
    new-instance v0, Ltest/shop/Listed;
    invoke-direct {v0}, Ltest/shop/Listed;-><init>()V

    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Listed;)V
    new-instance v0, Ltest/shop/Nested;
    invoke-direct {v0}, Ltest/shop/Nested;-><init>()V

    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Nested;)V
    new-instance v0, Ltest/shop/Saved;
    invoke-direct {v0}, Ltest/shop/Saved;-><init>()V

    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Saved;)V
    new-instance v0, Ltest/shop/Titled;
    invoke-direct {v0}, Ltest/shop/Titled;-><init>()V

    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Titled;)V
    new-instance v0, Ltest/shop/Marked;
    invoke-direct {v0}, Ltest/shop/Marked;-><init>()V

    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Marked;)V
    const/4 v0, 0x0
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Unmade;)V
    return-void
.end method

.method public static ask(Ltest/shop/Chosen;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Chosen;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://chosen.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Parsed;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Parsed;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://parsed.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Listed;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Listed;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://listed.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Nested;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Nested;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://nested.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Saved;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Saved;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://saved.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Titled;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Titled;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://titled.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Marked;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Marked;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://marked.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Unmade;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Unmade;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://unmade.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method
