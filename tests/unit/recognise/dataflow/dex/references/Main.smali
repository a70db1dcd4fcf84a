.class public Ltest/shop/Main;
.super Landroid/app/Activity;

# Where the identifiers of string resources go; the comment before each method names the resource.
.field private kept:I

# The layout main
.method onCreate(Landroid/os/Bundle;)V
    .registers 4
    const v0, 0x7f050000
    invoke-virtual {p0, v0}, Ltest/shop/Main;->setContentView(I)V
    return-void
.end method

# asked
.method asked()V
    .registers 4
    const v0, 0x7f010001
    invoke-virtual {p0, v0}, Ltest/shop/Main;->getString(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Main;->get(Ljava/lang/String;)V
    return-void
.end method

# high: the lower half of the identifier is zero
.method high()V
    .registers 4
    const/high16 v0, 0x7f010000
    invoke-virtual {p0, v0}, Ltest/shop/Main;->getString(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Main;->get(Ljava/lang/String;)V
    return-void
.end method

# shown
.method shown(Landroid/widget/TextView;)V
    .registers 4
    const v0, 0x7f010002
    invoke-virtual {p1, v0}, Landroid/widget/TextView;->setText(I)V
    return-void
.end method

# shownbytext
.method shownByText(Landroid/widget/TextView;)V
    .registers 4
    const v0, 0x7f010003
    invoke-virtual {p0, v0}, Ltest/shop/Main;->getString(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Landroid/text/Html;->fromHtml(Ljava/lang/String;)Landroid/text/Spanned;
    move-result-object v0
    invoke-virtual {p1, v0}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    return-void
.end method

# opened
.method opened()V
    .registers 5
    invoke-virtual {p0}, Ltest/shop/Main;->getResources()Landroid/content/res/Resources;
    move-result-object v0
    const v1, 0x7f010004
    invoke-virtual {v0, v1}, Landroid/content/res/Resources;->getString(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v0
    new-instance v1, Landroid/content/Intent;
    const-string v2, "android.intent.action.VIEW"
    invoke-direct {v1, v2, v0}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    invoke-virtual {p0, v1}, Ltest/shop/Main;->startActivity(Landroid/content/Intent;)V
    return-void
.end method

# alias, which refers to aliased
.method alias()V
    .registers 4
    const v0, 0x7f010009
    invoke-virtual {p0, v0}, Ltest/shop/Main;->getString(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Main;->get(Ljava/lang/String;)V
    return-void
.end method

# intable
.method table()[I
    .registers 3
    const/4 v0, 0x2
    new-array v0, v0, [I
    fill-array-data v0, :numbers
    return-object v0
    :numbers
    .array-data 4
        0x7f01000b
        0x7f01000b
    .end array-data
.end method

# inarray
.method array()[Ljava/lang/String;
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Main;->getResources()Landroid/content/res/Resources;
    move-result-object v0
    const v1, 0x7f020000
    invoke-virtual {v0, v1}, Landroid/content/res/Resources;->getStringArray(I)[Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

# named
.method named()V
    .registers 6
    invoke-virtual {p0}, Ltest/shop/Main;->getResources()Landroid/content/res/Resources;
    move-result-object v0
    const-string v1, "named"
    const-string v2, "string"
    const-string v3, "test.shop"
    invoke-virtual {v0, v1, v2, v3}, Landroid/content/res/Resources;->getIdentifier(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)I
    move-result v0
    invoke-virtual {p0, v0}, Ltest/shop/Main;->getString(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Main;->get(Ljava/lang/String;)V
    return-void
.end method

# named by a method that gets the name
.method calls()V
    .registers 3
    const-string v0, "passedname"
    invoke-virtual {p0, v0}, Ltest/shop/Main;->lookUp(Ljava/lang/String;)I
    return-void
.end method

.method lookUp(Ljava/lang/String;)I
    .registers 6
    invoke-virtual {p0}, Ltest/shop/Main;->getResources()Landroid/content/res/Resources;
    move-result-object v0
    const-string v2, "string"
    const-string v3, "test.shop"
    invoke-virtual {v0, p1, v2, v3}, Landroid/content/res/Resources;->getIdentifier(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)I
    move-result v0
    return v0
.end method

# A name that is not known, of a picture that is drawn
.method draw(Landroid/net/Uri;)Landroid/graphics/drawable/Drawable;
    .registers 6
    invoke-virtual {p0}, Ltest/shop/Main;->getResources()Landroid/content/res/Resources;
    move-result-object v0
    invoke-virtual {p1}, Landroid/net/Uri;->getHost()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {p1}, Landroid/net/Uri;->getPath()Ljava/lang/String;
    move-result-object v2
    const-string v3, "test.shop"
    invoke-virtual {v0, v2, v1, v3}, Landroid/content/res/Resources;->getIdentifier(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)I
    move-result v1
    invoke-virtual {v0, v1}, Landroid/content/res/Resources;->getDrawable(I)Landroid/graphics/drawable/Drawable;
    move-result-object v0
    return-object v0
.end method

# field
.method field()V
    .registers 4
    sget v0, Ltest/shop/R$string;->field:I
    invoke-virtual {p0, v0}, Ltest/shop/Main;->getString(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Main;->get(Ljava/lang/String;)V
    return-void
.end method

# passed
.method pass()V
    .registers 4
    const v0, 0x7f010012
    invoke-direct {p0, v0}, Ltest/shop/Main;->load(I)V
    return-void
.end method

.method private load(I)V
    .registers 4
    invoke-virtual {p0, p1}, Ltest/shop/Main;->getString(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Main;->get(Ljava/lang/String;)V
    return-void
.end method

# added: another identifier is calculated from it
.method add(I)I
    .registers 4
    const v0, 0x7f010013
    add-int/2addr v0, p1
    return v0
.end method

# subclass: the text of a view of the app
.method own(Ltest/shop/Label;)V
    .registers 4
    const v0, 0x7f010016
    invoke-virtual {p1, v0}, Ltest/shop/Label;->setText(I)V
    return-void
.end method

# kept: a field of an activity that nothing reads
.method keep()V
    .registers 3
    const v0, 0x7f010017
    iput v0, p0, Ltest/shop/Main;->kept:I
    return-void
.end method

# returned
.method getChangingConfigurations()I
    .registers 2
    const v0, 0x7f010015
    return v0
.end method

# rawfile
.method raw()Ljava/io/InputStream;
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Main;->getResources()Landroid/content/res/Resources;
    move-result-object v0
    const v1, 0x7f040000
    invoke-virtual {v0, v1}, Landroid/content/res/Resources;->openRawResource(I)Ljava/io/InputStream;
    move-result-object v0
    return-object v0
.end method

.method static get(Ljava/lang/String;)V
    .registers 2
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
