# Texts that code decrypts with files of the app
.class public Ltest/key/Files;
.super Ljava/lang/Object;

# The application object, which the system sets before it runs other code
.field public static app:Ltest/key/App;

# A decryptor with a context: the key is an asset
.method public static open(Landroid/content/Context;Ljava/lang/String;)Ljava/lang/String;
    .registers 9
    invoke-virtual {p0}, Landroid/content/Context;->getAssets()Landroid/content/res/AssetManager;
    move-result-object v0
    const-string v1, "key.bin"
    invoke-virtual {v0, v1}, Landroid/content/res/AssetManager;->open(Ljava/lang/String;)Ljava/io/InputStream;
    move-result-object v0
    const/16 v1, 0x10
    new-array v1, v1, [B
    invoke-virtual {v0, v1}, Ljava/io/InputStream;->read([B)I
    invoke-virtual {v0}, Ljava/io/InputStream;->close()V
    invoke-virtual {p1}, Ljava/lang/String;->toCharArray()[C
    move-result-object v0
    array-length v2, v0
    const/4 v3, 0x0
    :next
    if-ge v3, v2, :done
    aget-char v4, v0, v3
    rem-int/lit8 v5, v3, 0x10
    aget-byte v5, v1, v5
    xor-int/2addr v4, v5
    int-to-char v4, v4
    aput-char v4, v0, v3
    add-int/lit8 v3, v3, 0x1
    goto :next
    :done
    new-instance v1, Ljava/lang/String;
    invoke-direct {v1, v0}, Ljava/lang/String;-><init>([C)V
    return-object v1
.end method

.method public static called(Landroid/content/Context;)V
    .registers 3
    const-string v0, "ivwtv<('hyxiy dux,wavr(~8"
    invoke-static {p0, v0}, Ltest/key/Files;->open(Landroid/content/Context;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/key/Files;->get(Ljava/lang/String;)V
    return-void
.end method

# A whole file, of a raw resource, whose bytes are changed one by one
.method public whole()V
    .registers 7
    sget-object v0, Ltest/key/Files;->app:Ltest/key/App;
    invoke-virtual {v0}, Ltest/key/App;->getResources()Landroid/content/res/Resources;
    move-result-object v0
    const v1, 0x7f010002
    invoke-virtual {v0, v1}, Landroid/content/res/Resources;->openRawResource(I)Ljava/io/InputStream;
    move-result-object v0
    new-instance v1, Ljava/io/ByteArrayOutputStream;
    invoke-direct {v1}, Ljava/io/ByteArrayOutputStream;-><init>()V
    :next
    invoke-virtual {v0}, Ljava/io/InputStream;->read()I
    move-result v2
    const/4 v3, -0x1
    if-eq v2, v3, :done
    xor-int/lit8 v2, v2, 0x5a
    invoke-virtual {v1, v2}, Ljava/io/ByteArrayOutputStream;->write(I)V
    goto :next
    :done
    invoke-virtual {v1}, Ljava/io/ByteArrayOutputStream;->toByteArray()[B
    move-result-object v1
    new-instance v2, Ljava/lang/String;
    invoke-direct {v2, v1}, Ljava/lang/String;-><init>([B)V
    invoke-static {v2}, Ltest/key/Files;->get(Ljava/lang/String;)V
    return-void
.end method

# A file beside the classes: a number, and a text in modified UTF-8
.method public beside()V
    .registers 8
    const-class v0, Ltest/key/Files;
    const-string v1, "table"
    invoke-virtual {v0, v1}, Ljava/lang/Class;->getResourceAsStream(Ljava/lang/String;)Ljava/io/InputStream;
    move-result-object v0
    new-instance v1, Ljava/io/DataInputStream;
    invoke-direct {v1, v0}, Ljava/io/DataInputStream;-><init>(Ljava/io/InputStream;)V
    invoke-virtual {v1}, Ljava/io/DataInputStream;->readInt()I
    move-result v2
    invoke-virtual {v1}, Ljava/io/DataInputStream;->readUTF()Ljava/lang/String;
    move-result-object v3
    invoke-virtual {v3}, Ljava/lang/String;->toCharArray()[C
    move-result-object v3
    array-length v0, v3
    const/4 v4, 0x0
    :next
    if-ge v4, v0, :done
    aget-char v5, v3, v4
    xor-int/2addr v5, v2
    int-to-char v5, v5
    aput-char v5, v3, v4
    add-int/lit8 v4, v4, 0x1
    goto :next
    :done
    invoke-static {v3}, Ljava/lang/String;->valueOf([C)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/key/Files;->get(Ljava/lang/String;)V
    return-void
.end method

# An asset in AES, in lines
.method public deciphered()V
    .registers 7
    const-string v0, "0123456789abcdef"
    invoke-virtual {v0}, Ljava/lang/String;->getBytes()[B
    move-result-object v0
    new-instance v1, Ljavax/crypto/spec/SecretKeySpec;
    const-string v2, "AES"
    invoke-direct {v1, v0, v2}, Ljavax/crypto/spec/SecretKeySpec;-><init>([BLjava/lang/String;)V
    const-string v2, "AES/ECB/PKCS5Padding"
    invoke-static {v2}, Ljavax/crypto/Cipher;->getInstance(Ljava/lang/String;)Ljavax/crypto/Cipher;
    move-result-object v2
    const/4 v3, 0x2
    invoke-virtual {v2, v3, v1}, Ljavax/crypto/Cipher;->init(ILjava/security/Key;)V
    invoke-virtual {p0}, Ltest/key/Files;->context()Landroid/content/Context;
    move-result-object v0
    invoke-virtual {v0}, Landroid/content/Context;->getAssets()Landroid/content/res/AssetManager;
    move-result-object v0
    const-string v1, "config.enc"
    invoke-virtual {v0, v1}, Landroid/content/res/AssetManager;->open(Ljava/lang/String;)Ljava/io/InputStream;
    move-result-object v0
    new-instance v1, Ljavax/crypto/CipherInputStream;
    invoke-direct {v1, v0, v2}, Ljavax/crypto/CipherInputStream;-><init>(Ljava/io/InputStream;Ljavax/crypto/Cipher;)V
    new-instance v2, Ljava/io/InputStreamReader;
    invoke-direct {v2, v1}, Ljava/io/InputStreamReader;-><init>(Ljava/io/InputStream;)V
    new-instance v0, Ljava/io/BufferedReader;
    invoke-direct {v0, v2}, Ljava/io/BufferedReader;-><init>(Ljava/io/Reader;)V
    new-instance v1, Ljava/lang/StringBuilder;
    invoke-direct {v1}, Ljava/lang/StringBuilder;-><init>()V
    :next
    invoke-virtual {v0}, Ljava/io/BufferedReader;->readLine()Ljava/lang/String;
    move-result-object v2
    if-eqz v2, :done
    invoke-virtual {v1, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const/16 v3, 0x20
    invoke-virtual {v1, v3}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    goto :next
    :done
    invoke-virtual {v1}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/key/Files;->get(Ljava/lang/String;)V
    return-void
.end method

# A string resource, whose characters are changed
.method public text(Landroid/content/Context;)V
    .registers 8
    const v0, 0x7f020001
    invoke-virtual {p1, v0}, Landroid/content/Context;->getString(I)Ljava/lang/String;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/String;->toCharArray()[C
    move-result-object v1
    array-length v0, v1
    const/4 v2, 0x0
    :next
    if-ge v2, v0, :done
    aget-char v3, v1, v2
    xor-int/lit8 v3, v3, 0x3
    int-to-char v3, v3
    aput-char v3, v1, v2
    add-int/lit8 v2, v2, 0x1
    goto :next
    :done
    invoke-static {v1}, Ljava/lang/String;->valueOf([C)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/key/Files;->get(Ljava/lang/String;)V
    return-void
.end method

# A plain file is read as it is; nothing is decrypted
.method public plain(Landroid/content/Context;)V
    .registers 6
    invoke-virtual {p1}, Landroid/content/Context;->getAssets()Landroid/content/res/AssetManager;
    move-result-object v0
    const-string v1, "plain.txt"
    invoke-virtual {v0, v1}, Landroid/content/res/AssetManager;->open(Ljava/lang/String;)Ljava/io/InputStream;
    move-result-object v0
    const/16 v1, 0x40
    new-array v1, v1, [B
    invoke-virtual {v0, v1}, Ljava/io/InputStream;->read([B)I
    move-result v2
    const/4 v3, 0x0
    new-instance v0, Ljava/lang/String;
    invoke-direct {v0, v1, v3, v2}, Ljava/lang/String;-><init>([BII)V
    aput-byte v3, v1, v3
    invoke-static {v0}, Ltest/key/Files;->get(Ljava/lang/String;)V
    return-void
.end method

.method public native context()Landroid/content/Context;
.end method

.method public static get(Ljava/lang/String;)V
    .registers 3
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
