.class public Lp3/Deob;
.super Ljava/lang/Object;

.field private static final chunks:[Ljava/lang/String;
.method static constructor <clinit>()V
    .registers 7
    const-string v0, "AGEAYhN31P7t/APQssKwbOk+SozMzPmC/7xISKt4UUDbTrKJ+b28kAHayYcKahoUlEmhTVOKDvDXh+Olp82o7bec"
    const/4 v1, 0x0
    invoke-static {v0, v1}, Landroid/util/Base64;->decode(Ljava/lang/String;I)[B
    move-result-object v0
    invoke-static {v0}, Ljava/nio/ByteBuffer;->wrap([B)Ljava/nio/ByteBuffer;
    move-result-object v0
    new-instance v2, Ljava/lang/StringBuilder;
    invoke-direct {v2}, Ljava/lang/StringBuilder;-><init>()V
    :more
    invoke-virtual {v0}, Ljava/nio/ByteBuffer;->remaining()I
    move-result v3
    if-lez v3, :end
    invoke-virtual {v0}, Ljava/nio/ByteBuffer;->getShort()S
    move-result v3
    int-to-char v3, v3
    invoke-virtual {v2, v3}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    goto :more
    :end
    const/4 v3, 0x1
    new-array v3, v3, [Ljava/lang/String;
    invoke-virtual {v2}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v2
    aput-object v2, v3, v1
    sput-object v3, Lp3/Deob;->chunks:[Ljava/lang/String;
    return-void
.end method
.method public static getString(J)Ljava/lang/String;
    .registers 3
    sget-object v0, Lp3/Deob;->chunks:[Ljava/lang/String;
    invoke-static {p0, p1, v0}, Lp3/Helper;->getString(J[Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

