.class public Ltest/shop/Cases;
.super Ljava/lang/Object;

.method static unset()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->unset:Z
    if-eqz v0, :end
    const-string v1, "https://unset.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static unsetelse()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->unset:Z
    if-nez v0, :end
    const-string v1, "https://unsetelse.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static uncalled()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->uncalled:Z
    if-eqz v0, :end
    const-string v1, "https://uncalled.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static chosen()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->chosen:Z
    if-eqz v0, :end
    const-string v1, "https://chosen.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static unknown()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->unknown:Z
    if-eqz v0, :end
    const-string v1, "https://unknown.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static initial()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->initial:Z
    if-eqz v0, :end
    const-string v1, "https://initial.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static initialelse()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->initial:Z
    if-nez v0, :end
    const-string v1, "https://initialelse.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static named()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->named:Z
    if-eqz v0, :end
    const-string v1, "https://named.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

# A switch on a parameter: callers give 1 and 2
.method static host(I)Ljava/lang/String;
    .registers 2
    packed-switch p0, :table
    const-string v0, "https://caseelse.shop.test/a"
    return-object v0
    :one
    const-string v0, "https://caseone.shop.test/a"
    return-object v0
    :two
    const-string v0, "https://casetwo.shop.test/a"
    return-object v0
    :three
    const-string v0, "https://casethree.shop.test/a"
    return-object v0
    :table
    .packed-switch 0x1
        :one
        :two
        :three
    .end packed-switch
.end method

.method static askOne()V
    .registers 1
    const/4 v0, 0x1
    invoke-static {v0}, Ltest/shop/Cases;->host(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static two()I
    .registers 1
    const/16 v0, 0x2
    return v0
.end method

.method static askTwo()V
    .registers 1
    invoke-static {}, Ltest/shop/Cases;->two()I
    move-result v0
    invoke-static {v0}, Ltest/shop/Cases;->host(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

# A handler runs if the code in its block can
.method static handled()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->unset:Z
    :begin
    if-eqz v0, :end
    const-string v1, "https://tried.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    :stop
    .catch Ljava/lang/Exception; {:begin .. :stop} :caught
    return-void
    :caught
    const-string v1, "https://caught.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

# The address is in two methods, one of which runs
.method static both()V
    .registers 2
    const-string v1, "https://twice.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static never()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->unset:Z
    if-eqz v0, :end
    const-string v1, "https://twice.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

# A method of a parameter that nobody in the app calls, so that nothing is known
.method public entry(I)V
    .registers 3
    const/4 v0, 0x7
    if-ne p1, v0, :end
    const-string v1, "https://entry.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

# A comparison of two numbers, and one that is calculated
.method static less()V
    .registers 3
    const/4 v0, 0x3
    const/4 v1, 0x5
    if-lt v0, v1, :end
    const-string v2, "https://notless.shop.test/a"
    invoke-static {v2}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static sum(I)V
    .registers 3
    sget-boolean v0, Ltest/shop/Config;->unset:Z
    add-int/2addr v0, p0
    if-eqz v0, :end
    const-string v1, "https://summed.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static platform()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->byPlatform:Z
    if-eqz v0, :end
    const-string v1, "https://platform.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static listener()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->byListener:Z
    if-eqz v0, :end
    const-string v1, "https://listener.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static maker()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->byMaker:Z
    if-eqz v0, :end
    const-string v1, "https://maker.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static startedelse()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->started:Z
    if-nez v0, :end
    const-string v1, "https://startedelse.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static lateelse()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->late:Z
    if-nez v0, :end
    const-string v1, "https://lateelse.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method static askedelse()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->asked:Z
    if-nez v0, :end
    const-string v1, "https://askedelse.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

# One of two fields with an address
.method static kept()V
    .registers 2
    sget-boolean v0, Ltest/shop/Config;->started:Z
    if-eqz v0, :tests
    sget-object v1, Ltest/shop/Config;->live:Ljava/lang/String;
    goto :get
    :tests
    sget-object v1, Ltest/shop/Config;->test:Ljava/lang/String;
    :get
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static address()Ljava/lang/String;
    .registers 1
    sget-boolean v0, Ltest/shop/Config;->started:Z
    if-eqz v0, :tests
    sget-object v0, Ltest/shop/Config;->otherLive:Ljava/lang/String;
    :end
    return-object v0
    :tests
    sget-object v0, Ltest/shop/Config;->otherTest:Ljava/lang/String;
    goto :end
.end method

.method static returned()V
    .registers 1
    invoke-static {}, Ltest/shop/Cases;->address()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method
