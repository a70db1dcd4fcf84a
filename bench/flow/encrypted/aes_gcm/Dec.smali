.class public La5/Dec;
.super Ljava/lang/Object;

.method public static a(Ljava/lang/String;)Ljava/lang/String;
    .registers 9
    const/4 v0, 0x0
    invoke-static {p0, v0}, Landroid/util/Base64;->decode(Ljava/lang/String;I)[B
    move-result-object v0
    const-string v1, "0123456789abcdef"
    invoke-virtual {v1}, Ljava/lang/String;->getBytes()[B
    move-result-object v1
    new-instance v2, Ljavax/crypto/spec/SecretKeySpec;
    const-string v3, "AES"
    invoke-direct {v2, v1, v3}, Ljavax/crypto/spec/SecretKeySpec;-><init>([BLjava/lang/String;)V
    const-string v3, "AES/GCM/NoPadding"
    invoke-static {v3}, Ljavax/crypto/Cipher;->getInstance(Ljava/lang/String;)Ljavax/crypto/Cipher;
    move-result-object v3
    const/4 v4, 0x2
    const/4 v5, 0x0
    const/16 v6, 0xc
    invoke-static {v0, v5, v6}, Ljava/util/Arrays;->copyOfRange([BII)[B
    move-result-object v5
    array-length v7, v0
    invoke-static {v0, v6, v7}, Ljava/util/Arrays;->copyOfRange([BII)[B
    move-result-object v0
    new-instance v6, Ljavax/crypto/spec/GCMParameterSpec;
    const/16 v7, 0x80
    invoke-direct {v6, v7, v5}, Ljavax/crypto/spec/GCMParameterSpec;-><init>(I[B)V
    invoke-virtual {v3, v4, v2, v6}, Ljavax/crypto/Cipher;->init(ILjava/security/Key;Ljava/security/spec/AlgorithmParameterSpec;)V
    invoke-virtual {v3, v0}, Ljavax/crypto/Cipher;->doFinal([B)[B
    move-result-object v0
    new-instance v1, Ljava/lang/String;
    invoke-direct {v1, v0}, Ljava/lang/String;-><init>([B)V
    return-object v1
.end method

