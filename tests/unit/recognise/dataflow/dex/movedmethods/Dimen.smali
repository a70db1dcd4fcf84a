.class public final Landroidx/core/R$dimen;
.super Ljava/lang/Object;

.field public static final margin:I = 0x7f010000

.method public static N(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    .registers 5
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const/4 v1, 0x0
    :next
    invoke-virtual {p0}, Ljava/lang/String;->length()I
    move-result v2
    if-ge v1, v2, :end
    invoke-virtual {p0, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    invoke-virtual {p1}, Ljava/lang/String;->length()I
    move-result v2
    if-le v2, v1, :skip
    invoke-virtual {p1, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    :skip
    add-int/lit8 v1, v1, 0x1
    goto :next
    :end
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object p0
    return-object p0
.end method
