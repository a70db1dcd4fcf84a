# A function object of a shrinker, for two functions: a number tells which.
.class public final Ltest/entries/Callback;
.super Ljava/lang/Object;
.implements Ltest/entries/Function;

.field private final which:I

.method public constructor <init>(I)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput p1, p0, Ltest/entries/Callback;->which:I
    return-void
.end method

.method public invoke(Ljava/lang/Object;)Ljava/lang/Object;
    .registers 5
    iget v0, p0, Ltest/entries/Callback;->which:I
    if-nez v0, :other
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0, p1}, Ljava/lang/StringBuilder;->append(Ljava/lang/Object;)Ljava/lang/StringBuilder;
    const-string v1, "/called"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/entries/Main;->open(Ljava/lang/String;)V
    :other
    const/4 v0, 0x0
    return-object v0
.end method
