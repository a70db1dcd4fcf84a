.class public Ltest/shop/Main;
.super Ljava/lang/Object;

.method public static logged()V
    .registers 3
    const-string v0, "from "
    invoke-static {v0}, La/Outlined;->a(Ljava/lang/String;)Ljava/lang/StringBuilder;
    move-result-object v0
    const-string v1, "https://logged.shop.test/a"
    const-string v2, " again"
    invoke-static {v0, v1, v2}, La/Outlined;->a(Ljava/lang/StringBuilder;Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "shop"
    invoke-static {v1, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method public static loggedBack()V
    .registers 3
    const-string v0, "from "
    invoke-static {v0}, La/Outlined;->a(Ljava/lang/String;)Ljava/lang/StringBuilder;
    move-result-object v0
    const-string v1, "https://loggedback.shop.test/a"
    invoke-static {v0, v1}, La/Outlined;->b(Ljava/lang/StringBuilder;Ljava/lang/String;)Ljava/lang/StringBuilder;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    const-string v1, "shop"
    invoke-static {v1, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method public static asked()V
    .registers 3
    const-string v1, "https://asked.shop.test/a"
    invoke-static {v1}, La/Outlined;->a(Ljava/lang/String;)Ljava/lang/StringBuilder;
    move-result-object v0
    const-string v1, "?from=app"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static askedBuilder()V
    .registers 3
    const-string v0, "from "
    invoke-static {v0}, La/Outlined;->a(Ljava/lang/String;)Ljava/lang/StringBuilder;
    move-result-object v0
    const-string v1, "https://askedbuilder.shop.test/a"
    invoke-static {v0, v1}, La/Outlined;->b(Ljava/lang/StringBuilder;Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static second()V
    .registers 3
    const-string v0, "from "
    invoke-static {v0}, La/Outlined;->a(Ljava/lang/String;)Ljava/lang/StringBuilder;
    move-result-object v0
    const-string v1, "https://second.shop.test/a"
    invoke-static {v1, v0}, La/Outlined;->c(Ljava/lang/String;Ljava/lang/StringBuilder;)Ljava/lang/String;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    const-string v1, "shop"
    invoke-static {v1, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method public static kept()V
    .registers 3
    const-string v0, "from "
    invoke-static {v0}, La/Outlined;->a(Ljava/lang/String;)Ljava/lang/StringBuilder;
    move-result-object v0
    const-string v1, "https://kept.shop.test/a"
    invoke-static {v0, v1}, La/Outlined;->d(Ljava/lang/StringBuilder;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "shop"
    invoke-static {v1, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method public static loggedFirst()V
    .registers 3
    const-string v1, "https://loggedfirst.shop.test/a"
    invoke-static {v1}, La/Outlined;->a(Ljava/lang/String;)Ljava/lang/StringBuilder;
    move-result-object v0
    const-string v1, "?from=app"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    const-string v1, "shop"
    invoke-static {v1, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method
