# A native method returns base64. The text behind it is kept, and the object that gave it is forgotten.
.class public Lnativekeys/Keys;
.super Ljava/lang/Object;

.field private source:Lnativekeys/Keys;

.field private text:Ljava/lang/Object;

.method public constructor <init>(Lnativekeys/Keys;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lnativekeys/Keys;->source:Lnativekeys/Keys;
    return-void
.end method

.method public native address()Ljava/lang/String;
.end method

.method public static check(Ljava/lang/Object;Ljava/lang/String;)V
    .registers 3
    if-eqz p0, :missing
    return-void
    :missing
    new-instance v0, Ljava/lang/NullPointerException;
    invoke-direct {v0, p1}, Ljava/lang/NullPointerException;-><init>(Ljava/lang/String;)V
    throw v0
.end method

.method public get()Ljava/lang/Object;
    .registers 4
    iget-object v0, p0, Lnativekeys/Keys;->text:Ljava/lang/Object;
    if-eqz v0, :make
    return-object v0
    :make
    iget-object v1, p0, Lnativekeys/Keys;->source:Lnativekeys/Keys;
    if-eqz v1, :none
    invoke-virtual {v1}, Lnativekeys/Keys;->address()Ljava/lang/String;
    move-result-object v1
    const/4 v2, 0x0
    invoke-static {v1, v2}, Landroid/util/Base64;->decode(Ljava/lang/String;I)[B
    move-result-object v1
    const-string v2, "decode(...)"
    invoke-static {v1, v2}, Lnativekeys/Keys;->check(Ljava/lang/Object;Ljava/lang/String;)V
    new-instance v2, Ljava/lang/String;
    invoke-direct {v2, v1}, Ljava/lang/String;-><init>([B)V
    iput-object v2, p0, Lnativekeys/Keys;->text:Ljava/lang/Object;
    const/4 v1, 0x0
    iput-object v1, p0, Lnativekeys/Keys;->source:Lnativekeys/Keys;
    return-object v2
    :none
    new-instance v1, Ljava/lang/NullPointerException;
    invoke-direct {v1}, Ljava/lang/NullPointerException;-><init>()V
    throw v1
.end method

.method public static send(Lnativekeys/Keys;)V
    .registers 4
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    invoke-virtual {p0}, Lnativekeys/Keys;->get()Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Ljava/lang/String;
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/session"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method
