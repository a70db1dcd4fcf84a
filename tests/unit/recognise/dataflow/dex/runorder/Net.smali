.class public Ltest/runorder/Net;
.super Ljava/lang/Object;
.field static final ROOT:Ljava/lang/String; = "https://api.shop.test/v3"
.field static final LEVEL:I = 7
# Each of the first two letters of a stage: a loop that no walk follows.
.method static ask(Ljava/lang/String;)V
    .registers 6
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://api.shop.test/"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const/4 v1, 0x0
    :next
    const/4 v2, 0x2
    if-ge v1, v2, :end
    invoke-virtual {p0, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    add-int/lit8 v1, v1, 0x1
    goto :next
    :end
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    new-instance v2, Ljava/net/URL;
    invoke-direct {v2, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v2}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method
