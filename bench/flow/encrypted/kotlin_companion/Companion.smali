.class public Lkc/Dec$Companion;
.super Ljava/lang/Object;

.method public constructor <init>(Lkotlin/jvm/internal/DefaultConstructorMarker;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method public final a(Ljava/lang/String;)Ljava/lang/String;
    .registers 7
    const-string v0, ""
    const/4 v1, 0x0
    :loop
    invoke-virtual {p1}, Ljava/lang/String;->length()I
    move-result v2
    if-ge v1, v2, :end
    new-instance v3, Ljava/lang/StringBuilder;
    invoke-direct {v3}, Ljava/lang/StringBuilder;-><init>()V
    invoke-virtual {v3, v0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {p1, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    xor-int/lit8 v2, v2, 0x2c
    int-to-char v2, v2
    invoke-virtual {v3, v2}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    invoke-virtual {v3}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    add-int/lit8 v1, v1, 0x1
    goto :loop
    :end
    return-object v0
.end method

