# Addresses behind comparisons of texts: the first of each method if they are equal, the second if they are not
.class public Ltest/shop/Cases;
.super Ljava/lang/Object;

.method static kind()V
    .registers 3
    const-string v0, "release"
    const-string v1, "debug"
    invoke-virtual {v0, v1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v0
    if-eqz v0, :other
    const-string v1, "https://kind.shop.test/a"
    goto :end
    :other
    const-string v1, "https://kindelse.shop.test/a"
    :end
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static nocase()V
    .registers 3
    const-string v0, "PRODUCTION"
    const-string v1, "production"
    invoke-virtual {v0, v1}, Ljava/lang/String;->equalsIgnoreCase(Ljava/lang/String;)Z
    move-result v0
    if-eqz v0, :other
    const-string v1, "https://nocase.shop.test/a"
    goto :end
    :other
    const-string v1, "https://nocaseelse.shop.test/a"
    :end
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static flavour()V
    .registers 3
    sget-object v0, Ltest/shop/Build;->flavour:Ljava/lang/String;
    const-string v1, "staging"
    invoke-static {v0, v1}, Lkotlin/jvm/internal/Intrinsics;->areEqual(Ljava/lang/Object;Ljava/lang/Object;)Z
    move-result v0
    if-eqz v0, :other
    const-string v1, "https://flavour.shop.test/a"
    goto :end
    :other
    const-string v1, "https://flavourelse.shop.test/a"
    :end
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static stored()V
    .registers 3
    sget-object v0, Ltest/shop/Build;->stored:Ljava/lang/String;
    const-string v1, "development"
    invoke-virtual {v0, v1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v0
    if-eqz v0, :other
    const-string v1, "https://stored.shop.test/a"
    goto :end
    :other
    const-string v1, "https://storedelse.shop.test/a"
    :end
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static returned()V
    .registers 3
    invoke-static {}, Ltest/shop/Build;->environment()Ljava/lang/String;
    move-result-object v0
    const-string v1, "live"
    invoke-static {v0, v1}, Landroid/text/TextUtils;->equals(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Z
    move-result v0
    if-eqz v0, :other
    const-string v1, "https://returned.shop.test/a"
    goto :end
    :other
    const-string v1, "https://returnedelse.shop.test/a"
    :end
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static starts()V
    .registers 3
    const-string v0, "release"
    const-string v1, "rel"
    invoke-virtual {v0, v1}, Ljava/lang/String;->startsWith(Ljava/lang/String;)Z
    move-result v0
    if-eqz v0, :other
    const-string v1, "https://starts.shop.test/a"
    goto :end
    :other
    const-string v1, "https://startselse.shop.test/a"
    :end
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static contains()V
    .registers 3
    const-string v0, "shop-dev"
    const-string v1, "dev"
    invoke-virtual {v0, v1}, Ljava/lang/String;->contains(Ljava/lang/CharSequence;)Z
    move-result v0
    if-eqz v0, :other
    const-string v1, "https://contains.shop.test/a"
    goto :end
    :other
    const-string v1, "https://containselse.shop.test/a"
    :end
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static unset()V
    .registers 3
    sget-object v0, Ltest/shop/Build;->unset:Ljava/lang/String;
    const-string v1, "test"
    invoke-static {v0, v1}, Lkotlin/jvm/internal/Intrinsics;->areEqual(Ljava/lang/Object;Ljava/lang/Object;)Z
    move-result v0
    if-eqz v0, :other
    const-string v1, "https://unset.shop.test/a"
    goto :end
    :other
    const-string v1, "https://unsetelse.shop.test/a"
    :end
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static chosen()V
    .registers 3
    sget-object v0, Ltest/shop/Build;->chosen:Ljava/lang/String;
    const-string v1, "test"
    invoke-virtual {v0, v1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v0
    if-eqz v0, :other
    const-string v1, "https://chosen.shop.test/a"
    goto :end
    :other
    const-string v1, "https://chosenelse.shop.test/a"
    :end
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static either()V
    .registers 3
    sget-object v0, Ltest/shop/Build;->either:Ljava/lang/String;
    const-string v1, "test"
    invoke-virtual {v0, v1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v0
    if-eqz v0, :other
    const-string v1, "https://either.shop.test/a"
    goto :end
    :other
    const-string v1, "https://eitherelse.shop.test/a"
    :end
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static given()V
    .registers 3
    sget-object v0, Ltest/shop/Build;->given:Ljava/lang/String;
    const-string v1, "test"
    invoke-virtual {v0, v1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v0
    if-eqz v0, :other
    const-string v1, "https://given.shop.test/a"
    goto :end
    :other
    const-string v1, "https://givenelse.shop.test/a"
    :end
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method static asked()V
    .registers 3
    sget-object v0, Ltest/shop/Build;->asked:Ljava/lang/String;
    const-string v1, "test"
    invoke-virtual {v0, v1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v0
    if-eqz v0, :other
    const-string v1, "https://asked.shop.test/a"
    goto :end
    :other
    const-string v1, "https://askedelse.shop.test/a"
    :end
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

