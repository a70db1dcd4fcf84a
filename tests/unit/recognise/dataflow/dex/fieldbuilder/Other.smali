# A line of a log is in another builder than the address.
.class public Lfieldbuilder/Other;
.super Ljava/lang/Object;

.field private line:Ljava/lang/StringBuilder;

.field private text:Ljava/lang/StringBuilder;

.method public constructor <init>()V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    iput-object v0, p0, Lfieldbuilder/Other;->text:Ljava/lang/StringBuilder;
    iget-object v0, p0, Lfieldbuilder/Other;->text:Ljava/lang/StringBuilder;
    const-string v1, "other.shop.test"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    return-void
.end method

.method public show(Landroid/webkit/WebView;Ljava/lang/StringBuilder;)V
    .registers 6
    iget-object v0, p0, Lfieldbuilder/Other;->line:Ljava/lang/StringBuilder;
    const/4 v1, 0x0
    const-string v2, "https://"
    invoke-virtual {v0, v1, v2}, Ljava/lang/StringBuilder;->insert(ILjava/lang/String;)Ljava/lang/StringBuilder;
    iget-object v0, p0, Lfieldbuilder/Other;->text:Ljava/lang/StringBuilder;
    const-string v2, "/m/start.html"
    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    iget-object v0, p0, Lfieldbuilder/Other;->text:Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-virtual {p1, v0}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    return-void
.end method
