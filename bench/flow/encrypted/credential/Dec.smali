.class public Lcr/Dec;
.super Ljava/lang/Object;

.method public static a(Ljava/lang/String;)Ljava/lang/String;
    .registers 8
    sget-object v0, Lcr/Dec;->m:Ljava/util/HashMap;
    invoke-virtual {v0, p0}, Ljava/util/HashMap;->get(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Ljava/lang/String;
    if-nez v1, :have
    new-instance v1, Ljava/lang/StringBuilder;
    invoke-direct {v1}, Ljava/lang/StringBuilder;-><init>()V
    const/4 v2, 0x0
    :loop
    invoke-virtual {p0}, Ljava/lang/String;->length()I
    move-result v3
    if-ge v2, v3, :end
    invoke-virtual {p0, v2}, Ljava/lang/String;->charAt(I)C
    move-result v3
    xor-int/lit8 v3, v3, 0x1d
    int-to-char v3, v3
    invoke-virtual {v1, v3}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    add-int/lit8 v2, v2, 0x1
    goto :loop
    :end
    invoke-virtual {v1}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, p0, v1}, Ljava/util/HashMap;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    :have
    return-object v1
.end method
.field private static final m:Ljava/util/HashMap;
.method static constructor <clinit>()V
    .registers 1
    new-instance v0, Ljava/util/HashMap;
    invoke-direct {v0}, Ljava/util/HashMap;-><init>()V
    sput-object v0, Lcr/Dec;->m:Ljava/util/HashMap;
    return-void
.end method

