.class public Ltest/shop/Ends;
.super Ljava/lang/Object;

# Where the addresses of constants end; the last part of each host names the case.
.field public static final UNREAD:Ljava/lang/String; = "https://unread.shop.test/a"
.field public static BASE:Ljava/lang/String; = "https://initial.shop.test/a"
.field public static stored:Landroid/net/Uri;
.field public static later:Ljava/lang/String;

.method static get(Ljava/lang/String;)V
    .registers 2
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method

# An initial value that no code reads, and a field that is stored and never read
.method static constructor <clinit>()V
    .registers 6
    const-string v0, "https://stored.shop.test/"
    invoke-static {v0}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v0
    sput-object v0, Ltest/shop/Ends;->stored:Landroid/net/Uri;
    invoke-virtual {v0}, Landroid/net/Uri;->buildUpon()Landroid/net/Uri$Builder;
    move-result-object v0
    const-string v1, "more"
    invoke-virtual {v0, v1}, Landroid/net/Uri$Builder;->appendPath(Ljava/lang/String;)Landroid/net/Uri$Builder;
    move-result-object v0
    invoke-virtual {v0}, Landroid/net/Uri$Builder;->build()Landroid/net/Uri;
    move-result-object v0
    sput-object v0, Ltest/shop/Ends;->stored:Landroid/net/Uri;
    const-string v1, "https://readlater.shop.test/"
    sput-object v1, Ltest/shop/Ends;->later:Ljava/lang/String;
    return-void
.end method

.method static reader()V
    .registers 6
    sget-object v0, Ltest/shop/Ends;->later:Ljava/lang/String;
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    return-void
.end method

.method static readsInitial()V
    .registers 6
    sget-object v0, Ltest/shop/Ends;->BASE:Ljava/lang/String;
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    return-void
.end method

.method static shown(Landroid/widget/TextView;)V
    .registers 6
    const-string v0, "https://shown.shop.test/"
    invoke-virtual {p0, v0}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    return-void
.end method

# A text field, whose text a person sends back
.method static edited(Landroid/widget/EditText;)V
    .registers 6
    const-string v0, "https://edited.shop.test/"
    invoke-virtual {p0, v0}, Landroid/widget/EditText;->setText(Ljava/lang/CharSequence;)V
    return-void
.end method

.method static logged()V
    .registers 6
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v1, "asked "
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    move-result-object v2
    const-string v1, "https://logged.shop.test/"
    invoke-virtual {v2, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v3
    const-string v5, "shop"
    invoke-static {v5, v3}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method static loggedAndAsked()V
    .registers 6
    const-string v0, "https://loggedandasked.shop.test/"
    const-string v5, "shop"
    invoke-static {v5, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    return-void
.end method

.method static thrown()V
    .registers 6
    new-instance v0, Ljava/lang/IllegalStateException;
    const-string v1, "https://thrown.shop.test/"
    invoke-direct {v0, v1}, Ljava/lang/IllegalStateException;-><init>(Ljava/lang/String;)V
    throw v0
.end method

.method static opened(Landroid/app/Activity;)V
    .registers 7
    new-instance v0, Landroid/content/Intent;
    const-string v2, "android.intent.action.VIEW"
    const-string v1, "https://opened.shop.test/"
    invoke-static {v1}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v1
    invoke-direct {v0, v2, v1}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    invoke-virtual {p0, v0}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V
    return-void
.end method

.method static openedByData(Landroid/app/Activity;)V
    .registers 7
    new-instance v0, Landroid/content/Intent;
    invoke-direct {v0}, Landroid/content/Intent;-><init>()V
    const-string v2, "android.intent.action.VIEW"
    invoke-virtual {v0, v2}, Landroid/content/Intent;->setAction(Ljava/lang/String;)Landroid/content/Intent;
    move-result-object v3
    const-string v1, "https://openedbydata.shop.test/"
    invoke-static {v1}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v1
    invoke-virtual {v3, v1}, Landroid/content/Intent;->setData(Landroid/net/Uri;)Landroid/content/Intent;
    invoke-virtual {p0, v0}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V
    return-void
.end method

# An intent for a class of the app itself
.method static ownPage(Landroid/app/Activity;)V
    .registers 7
    new-instance v0, Landroid/content/Intent;
    const-string v2, "android.intent.action.VIEW"
    const-string v1, "https://ownpage.shop.test/"
    invoke-static {v1}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v1
    invoke-direct {v0, v2, v1}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    const-class v3, Ltest/shop/Page;
    invoke-virtual {v0, p0, v3}, Landroid/content/Intent;->setClass(Landroid/content/Context;Ljava/lang/Class;)Landroid/content/Intent;
    invoke-virtual {p0, v0}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V
    return-void
.end method

# An extra of an intent without an action
.method static extra()V
    .registers 6
    new-instance v0, Landroid/content/Intent;
    invoke-direct {v0}, Landroid/content/Intent;-><init>()V
    const-string v1, "url"
    const-string v2, "https://extra.shop.test/"
    invoke-virtual {v0, v1, v2}, Landroid/content/Intent;->putExtra(Ljava/lang/String;Ljava/lang/String;)Landroid/content/Intent;
    return-void
.end method

.method static browse(Landroid/app/Activity;Ljava/lang/String;)V
    .registers 8
    new-instance v0, Landroid/content/Intent;
    const-string v2, "android.intent.action.VIEW"
    invoke-static {p1}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object p1
    invoke-direct {v0, v2, p1}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    invoke-virtual {p0, v0}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V
    return-void
.end method

# Through a method that gets the address
.method static opensByMethod(Landroid/app/Activity;)V
    .registers 6
    const-string v0, "https://openedbymethod.shop.test/"
    invoke-static {p0, v0}, Ltest/shop/Ends;->browse(Landroid/app/Activity;Ljava/lang/String;)V
    return-void
.end method

.method static compared(Ljava/lang/String;)Z
    .registers 6
    const-string v0, "https://compared.shop.test/"
    invoke-virtual {v0, p0}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v1
    return v1
.end method

# The beginning of an address that a page has
.method static begins(Ljava/lang/String;)Z
    .registers 6
    const-string v0, "https://begins.shop.test/"
    invoke-virtual {p0, v0}, Ljava/lang/String;->startsWith(Ljava/lang/String;)Z
    move-result v1
    return v1
.end method

.method static given()Ljava/lang/String;
    .registers 6
    const-string v0, "https://given.shop.test/"
    return-object v0
.end method

.method static listed()V
    .registers 6
    const/4 v0, 1
    new-array v0, v0, [Ljava/lang/String;
    const/4 v1, 0
    const-string v2, "https://listed.shop.test/"
    aput-object v2, v0, v1
    return-void
.end method

# Only the path over the handler requests the first address
.method static handled()V
    .registers 6
    const-string v0, "https://handled.shop.test/"
    :first
    invoke-static {}, Ltest/shop/Ends;->given()Ljava/lang/String;
    move-result-object v0
    :last
    .catch Ljava/lang/Exception; {:first .. :last} :next
    :next
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    return-void
.end method

# One branch logs, the other requests
.method static branched(I)V
    .registers 7
    const-string v0, "https://branched.shop.test/"
    if-eqz p0, :ask
    const-string v5, "shop"
    invoke-static {v5, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
    :ask
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    return-void
.end method

# A constant that nothing uses
.method static unused()V
    .registers 6
    const-string v0, "https://unused.shop.test/"
    return-void
.end method

# An intent for a class of another app
.method static otherPage(Landroid/app/Activity;)V
    .registers 7
    new-instance v0, Landroid/content/Intent;
    const-string v2, "android.intent.action.VIEW"
    const-string v1, "https://openedbyname.shop.test/"
    invoke-static {v1}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v1
    invoke-direct {v0, v2, v1}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    const-string v2, "test.maps.app"
    const-string v3, "test.maps.MapActivity"
    invoke-virtual {v0, v2, v3}, Landroid/content/Intent;->setClassName(Ljava/lang/String;Ljava/lang/String;)Landroid/content/Intent;
    invoke-virtual {p0, v0}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V
    return-void
.end method

# An intent for a class of the app itself, in another file
.method static pageByName(Landroid/app/Activity;)V
    .registers 7
    new-instance v0, Landroid/content/Intent;
    const-string v2, "android.intent.action.VIEW"
    const-string v1, "https://ownpagebyname.shop.test/"
    invoke-static {v1}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v1
    invoke-direct {v0, v2, v1}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    const-string v2, "test.shop"
    const-string v3, "test.shop.feature.Page"
    invoke-virtual {v0, v2, v3}, Landroid/content/Intent;->setClassName(Ljava/lang/String;Ljava/lang/String;)Landroid/content/Intent;
    invoke-virtual {p0, v0}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V
    return-void
.end method
