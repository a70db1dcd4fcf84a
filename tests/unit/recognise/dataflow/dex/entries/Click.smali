# A listener that only the platform calls.
.class public final Ltest/entries/Click;
.super Ljava/lang/Object;
.implements Landroid/view/View$OnClickListener;

.field private final host:Ljava/lang/Object;

.method public constructor <init>(Ljava/lang/Object;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/entries/Click;->host:Ljava/lang/Object;
    return-void
.end method

.method public onClick(Landroid/view/View;)V
    .registers 4
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    iget-object v1, p0, Ltest/entries/Click;->host:Ljava/lang/Object;
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/Object;)Ljava/lang/StringBuilder;
    const-string v1, "/clicked"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/entries/Main;->open(Ljava/lang/String;)V
    return-void
.end method
