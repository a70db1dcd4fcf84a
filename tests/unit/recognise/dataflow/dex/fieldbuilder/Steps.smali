# Each part of an address is added by a method of its own.
.class public Lfieldbuilder/Steps;
.super Ljava/lang/Object;

.field private final text:Ljava/lang/StringBuilder;

.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    iput-object v0, p0, Lfieldbuilder/Steps;->text:Ljava/lang/StringBuilder;
    return-void
.end method

.method private scheme()V
    .registers 3
    iget-object v0, p0, Lfieldbuilder/Steps;->text:Ljava/lang/StringBuilder;
    const-string v1, "https://"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    return-void
.end method

.method private host()V
    .registers 3
    iget-object v0, p0, Lfieldbuilder/Steps;->text:Ljava/lang/StringBuilder;
    const-string v1, "steps.shop.test"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    return-void
.end method

.method public show(Landroid/webkit/WebView;)V
    .registers 4
    invoke-direct {p0}, Lfieldbuilder/Steps;->scheme()V
    invoke-direct {p0}, Lfieldbuilder/Steps;->host()V
    iget-object v0, p0, Lfieldbuilder/Steps;->text:Ljava/lang/StringBuilder;
    const-string v1, "/m/steps.html"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    iget-object v0, p0, Lfieldbuilder/Steps;->text:Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-virtual {p1, v0}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    return-void
.end method
