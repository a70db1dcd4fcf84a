.class public Lp1/Deob;
.super Ljava/lang/Object;

.field private static final chars:[Ljava/lang/String;
.field private static final index:[Ljava/lang/String;
.field private static final places:[Ljava/lang/String;
.method static constructor <clinit>()V
    .registers 3
    const/4 v0, 0x1
    new-array v1, v0, [Ljava/lang/String;
    const/4 v0, 0x0
    const-string v2, "./1:aehmnoprstuv"
    aput-object v2, v1, v0
    sput-object v1, Lp1/Deob;->chars:[Ljava/lang/String;
    const-string v2, "\u0006\u000d\u000d\u000a\u000c\u0003\u0001\u0001\u000a\u0004\u000b\u0002\u0000\u000c\u0006\u0009\u000a\u0000\u000d\u0005\u000c\u000d\u0001\u000f\u0002\u0001\u0007\u0005\u0008\u000e"
    filled-new-array {v2}, [Ljava/lang/String;
    move-result-object v1
    sput-object v1, Lp1/Deob;->index:[Ljava/lang/String;
    const-string v2, "\u0000\u0000\u001e\u0000"
    filled-new-array {v2}, [Ljava/lang/String;
    move-result-object v1
    sput-object v1, Lp1/Deob;->places:[Ljava/lang/String;
    return-void
.end method
.method public static getString(I)Ljava/lang/String;
    .registers 10
    sget-object v0, Lp1/Deob;->places:[Ljava/lang/String;
    div-int/lit16 v1, p0, 0x1000
    aget-object v1, v0, v1
    rem-int/lit16 v2, p0, 0x1000
    mul-int/lit8 v2, v2, 0x2
    invoke-virtual {v1, v2}, Ljava/lang/String;->charAt(I)C
    move-result v3
    add-int/lit8 p0, p0, 0x1
    rem-int/lit16 v2, p0, 0x1000
    mul-int/lit8 v2, v2, 0x2
    invoke-virtual {v1, v2}, Ljava/lang/String;->charAt(I)C
    move-result v4
    sub-int/2addr v4, v3
    new-array v5, v4, [C
    const/4 v6, 0x0
    :loop
    if-ge v6, v4, :end
    add-int v7, v3, v6
    sget-object v0, Lp1/Deob;->index:[Ljava/lang/String;
    div-int/lit16 v1, v7, 0x2000
    aget-object v1, v0, v1
    rem-int/lit16 v7, v7, 0x2000
    invoke-virtual {v1, v7}, Ljava/lang/String;->charAt(I)C
    move-result v7
    sget-object v0, Lp1/Deob;->chars:[Ljava/lang/String;
    div-int/lit16 v1, v7, 0x2000
    aget-object v1, v0, v1
    rem-int/lit16 v7, v7, 0x2000
    invoke-virtual {v1, v7}, Ljava/lang/String;->charAt(I)C
    move-result v7
    aput-char v7, v5, v6
    add-int/lit8 v6, v6, 0x1
    goto :loop
    :end
    new-instance v0, Ljava/lang/String;
    invoke-direct {v0, v5}, Ljava/lang/String;-><init>([C)V
    return-object v0
.end method

