.class public Lik/Dec;
.super Ljava/lang/Object;

.field private final key:I
.method public constructor <init>(I)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput p1, p0, Lik/Dec;->key:I
    return-void
.end method
.method public final a(Ljava/lang/String;)Ljava/lang/String;
    .registers 7
    invoke-virtual {p1}, Ljava/lang/String;->toCharArray()[C
    move-result-object v0
    const/4 v1, 0x0
    :loop
    array-length v2, v0
    if-ge v1, v2, :end
    aget-char v2, v0, v1
    iget v3, p0, Lik/Dec;->key:I
    xor-int/2addr v2, v3
    int-to-char v2, v2
    aput-char v2, v0, v1
    add-int/lit8 v1, v1, 0x1
    goto :loop
    :end
    new-instance v1, Ljava/lang/String;
    invoke-direct {v1, v0}, Ljava/lang/String;-><init>([C)V
    return-object v1
.end method

