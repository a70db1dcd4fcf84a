.class public Li1/Dec;
.super Ljava/lang/Object;

.method public static a(Ljava/lang/String;)Ljava/lang/String;
    .registers 8
    new-instance v0, Ljava/math/BigInteger;
    const/16 v1, 0x24
    invoke-direct {v0, p0, v1}, Ljava/math/BigInteger;-><init>(Ljava/lang/String;I)V
    invoke-virtual {v0}, Ljava/math/BigInteger;->toByteArray()[B
    move-result-object v0
    new-instance v1, Ljava/lang/String;
    invoke-direct {v1, v0}, Ljava/lang/String;-><init>([B)V
    return-object v1
.end method

