.class public Ltest/shop/Kept;
.super Ljava/lang/Object;

.field private help:Ljava/lang/String;
.field private server:Ljava/lang/String;

# Fields of an object, with methods that read them
.method constructor <init>()V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "https://help.shop.test/a"
    iput-object v0, p0, Ltest/shop/Kept;->help:Ljava/lang/String;
    const-string v0, "https://server.shop.test/a"
    iput-object v0, p0, Ltest/shop/Kept;->server:Ljava/lang/String;
    return-void
.end method

.method show(Landroid/widget/TextView;)V
    .registers 4
    iget-object v0, p0, Ltest/shop/Kept;->help:Ljava/lang/String;
    invoke-virtual {p1, v0}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    return-void
.end method

.method ask()V
    .registers 3
    iget-object v0, p0, Ltest/shop/Kept;->server:Ljava/lang/String;
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    return-void
.end method

# A method that no class overrides
.method say(Ljava/lang/String;)V
    .registers 4
    const-string v0, "shop"
    invoke-static {v0, p1}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

.method tell()V
    .registers 3
    const-string v0, "https://told.shop.test/a"
    invoke-virtual {p0, v0}, Ltest/shop/Kept;->say(Ljava/lang/String;)V
    return-void
.end method
