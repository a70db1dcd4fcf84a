# Addresses of which a part comes through a callback, a reader of JSON or an object that code gets from another one.
.class public Ltest/entries/Main;
.super Landroid/app/Activity;

# Nothing sets it.
.field private static unset:Ljava/lang/String;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method

.method public onCreate(Landroid/os/Bundle;)V
    .registers 6
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    new-instance v0, Ltest/entries/Callback;
    const/4 v1, 0x0
    invoke-direct {v0, v1}, Ltest/entries/Callback;-><init>(I)V
    invoke-static {v0}, Ltest/entries/Main;->fetch(Ltest/entries/Function;)V
    const-string v1, "view.entries.test"
    invoke-static {v1}, Ltest/entries/Main;->keep(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v1
    new-instance v0, Ltest/entries/Click;
    invoke-direct {v0, v1}, Ltest/entries/Click;-><init>(Ljava/lang/Object;)V
    const/4 v1, 0x1
    invoke-virtual {p0, v1}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v1
    invoke-virtual {v1, v0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V
    invoke-virtual {p0}, Ltest/entries/Main;->parsed()V
    invoke-virtual {p0}, Ltest/entries/Main;->missing()V
    return-void
.end method

# Calls the function object with the host.
.method private static fetch(Ltest/entries/Function;)V
    .registers 2
    const-string v0, "call.entries.test"
    invoke-interface {p0, v0}, Ltest/entries/Function;->invoke(Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method

# The text by way of a holder of the platform.
.method private static keep(Ljava/lang/String;)Ljava/lang/Object;
    .registers 3
    new-instance v0, Ljava/lang/ThreadLocal;
    invoke-direct {v0}, Ljava/lang/ThreadLocal;-><init>()V
    invoke-virtual {v0, p0}, Ljava/lang/ThreadLocal;->set(Ljava/lang/Object;)V
    invoke-virtual {v0}, Ljava/lang/ThreadLocal;->get()Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

# A renamed reader of JSON, without its code.
.method public parsed()V
    .registers 5
    const-string v0, "{\"api_host\": \"json.entries.test\", \"port\": 8443}"
    const-class v1, Ltest/entries/Config;
    new-instance v2, Lx/a;
    invoke-direct {v2}, Lx/a;-><init>()V
    invoke-virtual {v2, v0, v1}, Lx/a;->b(Ljava/lang/String;Ljava/lang/Class;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ltest/entries/Config;
    iget-object v1, v0, Ltest/entries/Config;->a:Ljava/lang/String;
    iget v2, v0, Ltest/entries/Config;->port:I
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v3, "https://"
    invoke-direct {v0, v3}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const/16 v3, 0x3a
    invoke-virtual {v0, v3}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(I)Ljava/lang/StringBuilder;
    const-string v3, "/json"
    invoke-virtual {v0, v3}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/entries/Main;->open(Ljava/lang/String;)V
    return-void
.end method

.method public missing()V
    .registers 3
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    sget-object v1, Ltest/entries/Main;->unset:Ljava/lang/String;
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, ".entries.test/missing"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/entries/Main;->open(Ljava/lang/String;)V
    return-void
.end method

.method public static open(Ljava/lang/String;)V
    .registers 2
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method

# One of two texts, or twice the same, by what is not known.
.method private static either(ZLjava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    .registers 3
    if-eqz p0, :other
    return-object p1
    :other
    return-object p2
.end method

.method public static differs(Z)V
    .registers 4
    const-string v0, "https://one.entries.test"
    const-string v1, "https://two.entries.test"
    invoke-static {p0, v0, v1}, Ltest/entries/Main;->either(ZLjava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "/differs"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    return-void
.end method

.method public static agrees(Z)V
    .registers 4
    const-string v0, "https://one.entries.test"
    invoke-static {p0, v0, v0}, Ltest/entries/Main;->either(ZLjava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "/agrees"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    return-void
.end method
