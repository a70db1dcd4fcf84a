# Reverses an XOR with one number.
.class public final Lcom/shop/Hidden;
.super Ljava/lang/Object;

.method public static plain(Ljava/lang/String;)Ljava/lang/String;
    .registers 5
    invoke-virtual {p0}, Ljava/lang/String;->toCharArray()[C
    move-result-object v0
    const/4 v1, 0x0
    :next
    array-length v2, v0
    if-ge v1, v2, :done
    aget-char v3, v0, v1
    xor-int/lit8 v3, v3, 0x66
    int-to-char v3, v3
    aput-char v3, v0, v1
    add-int/lit8 v1, v1, 0x1
    goto :next
    :done
    new-instance v2, Ljava/lang/String;
    invoke-direct {v2, v0}, Ljava/lang/String;-><init>([C)V
    return-object v2
.end method
