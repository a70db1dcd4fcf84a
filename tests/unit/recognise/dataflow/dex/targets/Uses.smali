.class public Ltest/shop/Uses;
.super Landroid/app/Activity;

# Calls whose code is not named by the call; the last part of each host names the case.
.field private static one:Ltest/shop/Uses;
.field private help:Ljava/lang/String;

.method show(Ltest/shop/Shows;)V
    .registers 3
    const-string v0, "https://interface.shop.test/"
    invoke-interface {p1, v0}, Ltest/shop/Shows;->show(Ljava/lang/String;)V
    return-void
.end method

# One of the classes contacts it
.method send(Ltest/shop/Sends;)V
    .registers 3
    const-string v0, "https://sent.shop.test/"
    invoke-interface {p1, v0}, Ltest/shop/Sends;->send(Ljava/lang/String;)V
    return-void
.end method

# An interface without a class in the app: a library makes one, as Retrofit does
.method made(Ltest/shop/Made;)V
    .registers 3
    const-string v0, "https://made.shop.test/"
    invoke-interface {p1, v0}, Ltest/shop/Made;->get(Ljava/lang/String;)V
    return-void
.end method

# An interface of the platform
.method listen(Ljava/util/function/Consumer;)V
    .registers 3
    const-string v0, "https://platform.shop.test/"
    invoke-interface {p1, v0}, Ljava/util/function/Consumer;->accept(Ljava/lang/Object;)V
    return-void
.end method

# A method of a superclass
.method toString()Ljava/lang/String;
    .registers 3
    const-string v0, "https://default.shop.test/"
    invoke-interface {p0, v0}, Ltest/shop/Defaults;->note(Ljava/lang/String;)V
    const-string v0, ""
    return-object v0
.end method

# A field of an activity that nothing reads
.method keep()V
    .registers 3
    const-string v0, "https://kept.shop.test/"
    iput-object v0, p0, Ltest/shop/Uses;->help:Ljava/lang/String;
    return-void
.end method

.method service(Landroid/content/Context;)V
    .registers 4
    sget-object v0, Ltest/shop/Service;->one:Ltest/shop/Service;
    const-string v1, "https://service.shop.test/"
    iput-object v1, v0, Ltest/shop/Service;->url:Ljava/lang/String;
    return-void
.end method

# A field of an object with data, which a library can write as JSON
.method data(Ltest/shop/Data;)V
    .registers 3
    const-string v0, "https://data.shop.test/"
    iput-object v0, p1, Ltest/shop/Data;->url:Ljava/lang/String;
    return-void
.end method

.method cookie()V
    .registers 4
    invoke-static {}, Landroid/webkit/CookieManager;->getInstance()Landroid/webkit/CookieManager;
    move-result-object v0
    const-string v1, "https://cookie.shop.test/"
    invoke-virtual {v0, v1}, Landroid/webkit/CookieManager;->getCookie(Ljava/lang/String;)Ljava/lang/String;
    return-void
.end method

# A view of the app, which has its own code for the text
.method label(Ltest/shop/Own;Ltest/shop/Plain;)V
    .registers 4
    const-string v0, "https://ownview.shop.test/"
    invoke-virtual {p1, v0}, Ltest/shop/Own;->setText(Ljava/lang/CharSequence;)V
    const-string v0, "https://plainview.shop.test/"
    invoke-virtual {p2, v0}, Ltest/shop/Plain;->setText(Ljava/lang/CharSequence;)V
    return-void
.end method
