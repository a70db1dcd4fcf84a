.class public Ltest/shop/More;
.super Ljava/lang/Object;

.field static final URL:Ltest/shop/Flag;
.field static final READ:Ltest/shop/Flag;
.field static final LIMIT:Ltest/shop/Flag;

# A table of settings: code reads only one of those with an address
.method static constructor <clinit>()V
    .registers 3
    const-string v0, "shop:unread_url"
    const-string v1, "https://flag.shop.test/"
    invoke-static {v0, v1}, Ltest/shop/Flag;->define(Ljava/lang/String;Ljava/lang/String;)Ltest/shop/Flag;
    move-result-object v0
    sput-object v0, Ltest/shop/More;->URL:Ltest/shop/Flag;
    const-string v0, "shop:read_url"
    const-string v1, "https://readflag.shop.test/"
    invoke-static {v0, v1}, Ltest/shop/Flag;->define(Ljava/lang/String;Ljava/lang/String;)Ltest/shop/Flag;
    move-result-object v0
    sput-object v0, Ltest/shop/More;->READ:Ltest/shop/Flag;
    const-string v0, "shop:limit"
    const-string v1, "7"
    invoke-static {v0, v1}, Ltest/shop/Flag;->define(Ljava/lang/String;Ljava/lang/String;)Ltest/shop/Flag;
    move-result-object v0
    sput-object v0, Ltest/shop/More;->LIMIT:Ltest/shop/Flag;
    # This one is also found by its name
    const-string v0, "shop:named_url"
    const-string v1, "https://namedflag.shop.test/"
    invoke-static {v0, v1}, Ltest/shop/Flag;->define(Ljava/lang/String;Ljava/lang/String;)Ltest/shop/Flag;
    return-void
.end method

.method static reads()V
    .registers 1
    sget-object v0, Ltest/shop/More;->READ:Ltest/shop/Flag;
    iget-object v0, v0, Ltest/shop/Flag;->value:Ljava/lang/String;
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    const-string v0, "shop:named_url"
    invoke-static {v0}, Ltest/shop/Flag;->find(Ljava/lang/String;)Ltest/shop/Flag;
    return-void
.end method

# The value of a header, of a request and in a map
.method static headers(Ljava/net/URLConnection;Ljava/util/Map;)V
    .registers 5
    const-string v0, "X-Shop"
    const-string v1, "https://header.shop.test/"
    invoke-virtual {p0, v0, v1}, Ljava/net/URLConnection;->setRequestProperty(Ljava/lang/String;Ljava/lang/String;)V
    const-string v0, "Referer"
    const-string v1, "https://referer.shop.test/"
    invoke-interface {p1, v0, v1}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    const-string v0, "next"
    const-string v1, "https://inmap.shop.test/"
    invoke-interface {p1, v0, v1}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method

# Nothing calls the first; the second is called by its name
.method static forgotten()Ljava/lang/String;
    .registers 1
    const-string v0, "https://uncalled.shop.test/"
    return-object v0
.end method

.method static byName()Ljava/lang/String;
    .registers 1
    const-string v0, "https://calledbyname.shop.test/"
    return-object v0
.end method

.method static reflects(Ljava/lang/Class;)V
    .registers 3
    const-string v0, "byName"
    const/4 v1, 0
    invoke-virtual {p0, v0, v1}, Ljava/lang/Class;->getMethod(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;
    return-void
.end method

# The web view loads what such a method permits
.method static shouldAllowRequest(Ljava/lang/String;)Z
    .registers 2
    const-string v0, "https://permitted.shop.test/"
    invoke-virtual {p0, v0}, Ljava/lang/String;->startsWith(Ljava/lang/String;)Z
    move-result v0
    return v0
.end method

# The default of a setting that is only shown
.method static defaults(Lorg/json/JSONObject;Landroid/widget/TextView;)V
    .registers 4
    const-string v0, "help"
    const-string v1, "https://default.shop.test/"
    invoke-virtual {p0, v0, v1}, Lorg/json/JSONObject;->optString(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-virtual {p1, v0}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    return-void
.end method

# A jump back into code that was read before: both paths return their address
.method static jumps(I)Ljava/lang/String;
    .registers 2
    if-eqz p0, :other
    const-string v0, "https://jumpedover.shop.test/"
    :back
    return-object v0
    :other
    const-string v0, "https://jumpsback.shop.test/"
    goto :back
.end method

.method static asks()V
    .registers 1
    const/4 v0, 0
    invoke-static {v0}, Ltest/shop/More;->jumps(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    const/4 v0, 1
    invoke-static {v0}, Ltest/shop/More;->jumps(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    return-void
.end method

# Put together, and then used or not
.method static joins()V
    .registers 4
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const-string v1, "dropped.shop.test"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const-string v1, "joined.shop.test"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    return-void
.end method

# Where a sign-in returns to
.method static signIn(Landroid/os/Bundle;)V
    .registers 3
    const-string v0, "redirect_uri"
    const-string v1, "https://redirect.shop.test/"
    invoke-virtual {p0, v0, v1}, Landroid/os/Bundle;->putString(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

# The page of a user
.method static userPage(Ljava/util/HashMap;)V
    .registers 4
    const-string v0, "snsUserUrl"
    new-instance v1, Ljava/lang/StringBuilder;
    const-string v2, "https://userpage.shop.test/"
    invoke-direct {v1, v2}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    invoke-virtual {p0}, Ljava/util/HashMap;->toString()Ljava/lang/String;
    move-result-object v2
    invoke-virtual {v1, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v1}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {p0, v0, v1}, Ljava/util/HashMap;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method
