# What a shrinker leaves of CollectionsKt.joinToString with its default arguments: a number tells which ones are left out.
.class public Lm/k;
.super Ljava/lang/Object;

.method public static e(Ljava/lang/Iterable;Ljava/lang/String;Ljava/lang/String;I)Ljava/lang/String;
    .registers 9
    and-int/lit8 v0, p3, 0x2
    if-eqz v0, :given
    const-string p2, ""
    :given
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    invoke-virtual {v0, p2}, Ljava/lang/StringBuilder;->append(Ljava/lang/CharSequence;)Ljava/lang/Appendable;
    invoke-interface {p0}, Ljava/lang/Iterable;->iterator()Ljava/util/Iterator;
    move-result-object v1
    const/4 v2, 0x0
    :next
    invoke-interface {v1}, Ljava/util/Iterator;->hasNext()Z
    move-result v3
    if-eqz v3, :done
    invoke-interface {v1}, Ljava/util/Iterator;->next()Ljava/lang/Object;
    move-result-object v3
    const/4 v4, 0x1
    add-int/2addr v2, v4
    if-le v2, v4, :first
    invoke-virtual {v0, p1}, Ljava/lang/StringBuilder;->append(Ljava/lang/CharSequence;)Ljava/lang/Appendable;
    :first
    instance-of v4, v3, Ljava/lang/CharSequence;
    if-eqz v4, :other
    check-cast v3, Ljava/lang/CharSequence;
    invoke-virtual {v0, v3}, Ljava/lang/StringBuilder;->append(Ljava/lang/CharSequence;)Ljava/lang/Appendable;
    goto :next
    :other
    check-cast v3, Ljava/lang/Character;
    invoke-virtual {v3}, Ljava/lang/Character;->charValue()C
    move-result v3
    invoke-virtual {v0, v3}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/Appendable;
    goto :next
    :done
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
