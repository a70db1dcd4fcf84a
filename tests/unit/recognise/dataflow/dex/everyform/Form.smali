# Every form of an instruction, a value and an annotation, as apktool writes them.
.class public final Ltest/shop/Form;
.super Ljava/lang/Object;
.source "Form.java"

# interfaces
.implements Ljava/lang/Runnable;
.implements Ljava/lang/Comparable;

# annotations
.annotation system Ldalvik/annotation/MemberClasses;
    value = {
        Ltest/shop/Form$One;,
        Ltest/shop/Form$Two;
    }
.end annotation

.annotation runtime Ltest/shop/Mark;
    big = 0x123456789aL
    bytes = {
        -0x1t,
        0x7ft
    }
    flag = true
    inner = .subannotation Ltest/shop/Part;
        name = "x = { # }, y"
    .end subannotation
    kind = .enum Ltest/shop/Form;->zip:J
    letter = '\u00e9'
    none = {}
    part = 1.5f
    text = "a\"b"
    type = [I
    whole = -2.25
.end annotation


# static fields
.field public static final a:Z = true

.field public static final b:B = -0x5t

.field static final c:C = '#'

.field static final d:D = -Infinity

.field static final e:F = NaNf

.field static final f:Ljava/lang/String; = "https://form.shop.test/a = b"

.field static final g:J = -0x8000000000000000L

.field static final h:S = 0x7fffs

.field static i:Ljava/lang/Object;

.field static final j:I = 0x80

.field static volatile zip:J


# instance fields
.field private final transient one:I
    .annotation runtime Ltest/shop/Mark;
        text = "field"
    .end annotation
.end field

.field two:[[Ljava/lang/String;


# direct methods
.method static constructor <clinit>()V
    .locals 0

    .prologue
    return-void
.end method

.method public constructor <init>(Ljava/lang/String;JI)V
    .locals 1
    .param p1, "text"    # Ljava/lang/String;
        .annotation build Ltest/shop/Mark;
            text = "first"
        .end annotation
    .end param
    .param p2, "count"    # J
    .param p4    # I
        .annotation runtime Ltest/shop/Part;
            name = "last"
        .end annotation
    .end param

    .line 12
    .local v0, "x":I
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    move-object v0, p1

    .end local v0    # "x":I
    return-void
.end method

.method private static all()V
    .registers 400

    nop
    move v1, v2
    move/from16 v200, v300
    move/16 v300, v301
    move-wide v1, v2
    move-wide/from16 v200, v300
    move-wide/16 v300, v301
    move-object v1, v2
    move-object/from16 v200, v300
    move-object/16 v300, v301
    move-result v1
    move-result-wide v1
    move-result-object v1
    move-exception v1
    return-void
    return v1
    return-wide v1
    return-object v1
    const/4 v1, -0x8
    const/16 v1, -0x7ff
    const v1, -0x7fffffff
    const/high16 v1, 0x7f030000
    const-wide/16 v1, -0x7ff
    const-wide/32 v1, -0x7fffffff
    const-wide v1, -0x123456789abcdefL
    const-wide/high16 v1, 0x3ff0000000000000L
    const-string v7, "a\u00e9\ud83d\ude00\n\"\'\\"
    const-string/jumbo v7, "far"
    const-class v7, [Ltest/shop/Form;
    monitor-enter v1
    monitor-exit v1
    check-cast v7, [Ltest/shop/Form;
    instance-of v7, v8, [Ltest/shop/Form;
    array-length v1, v2
    new-instance v7, [Ltest/shop/Form;
    new-array v7, v8, [Ltest/shop/Form;
    filled-new-array {v1, v2, v3, v4, v5}, [Ltest/shop/Form;
    filled-new-array/range {v200 .. v210}, [Ltest/shop/Form;
    throw v1
    cmpl-float v1, v200, v3
    cmpg-float v1, v200, v3
    cmpl-double v1, v200, v3
    cmpg-double v1, v200, v3
    cmp-long v1, v200, v3
    aget v1, v200, v3
    aget-wide v1, v200, v3
    aget-object v1, v200, v3
    aget-boolean v1, v200, v3
    aget-byte v1, v200, v3
    aget-char v1, v200, v3
    aget-short v1, v200, v3
    aput v1, v200, v3
    aput-wide v1, v200, v3
    aput-object v1, v200, v3
    aput-boolean v1, v200, v3
    aput-byte v1, v200, v3
    aput-char v1, v200, v3
    aput-short v1, v200, v3
    iget v7, v8, Ltest/shop/Form;->zip:J
    iget-wide v7, v8, Ltest/shop/Form;->zip:J
    iget-object v7, v8, Ltest/shop/Form;->zip:J
    iget-boolean v7, v8, Ltest/shop/Form;->zip:J
    iget-byte v7, v8, Ltest/shop/Form;->zip:J
    iget-char v7, v8, Ltest/shop/Form;->zip:J
    iget-short v7, v8, Ltest/shop/Form;->zip:J
    iput v7, v8, Ltest/shop/Form;->zip:J
    iput-wide v7, v8, Ltest/shop/Form;->zip:J
    iput-object v7, v8, Ltest/shop/Form;->zip:J
    iput-boolean v7, v8, Ltest/shop/Form;->zip:J
    iput-byte v7, v8, Ltest/shop/Form;->zip:J
    iput-char v7, v8, Ltest/shop/Form;->zip:J
    iput-short v7, v8, Ltest/shop/Form;->zip:J
    sget v7, Ltest/shop/Form;->zip:J
    sget-wide v7, Ltest/shop/Form;->zip:J
    sget-object v7, Ltest/shop/Form;->zip:J
    sget-boolean v7, Ltest/shop/Form;->zip:J
    sget-byte v7, Ltest/shop/Form;->zip:J
    sget-char v7, Ltest/shop/Form;->zip:J
    sget-short v7, Ltest/shop/Form;->zip:J
    sput v7, Ltest/shop/Form;->zip:J
    sput-wide v7, Ltest/shop/Form;->zip:J
    sput-object v7, Ltest/shop/Form;->zip:J
    sput-boolean v7, Ltest/shop/Form;->zip:J
    sput-byte v7, Ltest/shop/Form;->zip:J
    sput-char v7, Ltest/shop/Form;->zip:J
    sput-short v7, Ltest/shop/Form;->zip:J
    invoke-virtual {v1, v2, v3, v4, v5}, Ltest/shop/Form;->take(IJ[BLjava/lang/Object;)V
    invoke-super {v1, v2, v3, v4, v5}, Ltest/shop/Form;->take(IJ[BLjava/lang/Object;)V
    invoke-direct {v1, v2, v3, v4, v5}, Ltest/shop/Form;->take(IJ[BLjava/lang/Object;)V
    invoke-static {v1, v2, v3, v4, v5}, Ltest/shop/Form;->take(IJ[BLjava/lang/Object;)V
    invoke-interface {v1, v2, v3, v4, v5}, Ltest/shop/Form;->take(IJ[BLjava/lang/Object;)V
    invoke-virtual/range {v200 .. v210}, Ltest/shop/Form;->take(IJ[BLjava/lang/Object;)V
    invoke-super/range {v200 .. v210}, Ltest/shop/Form;->take(IJ[BLjava/lang/Object;)V
    invoke-direct/range {v200 .. v210}, Ltest/shop/Form;->take(IJ[BLjava/lang/Object;)V
    invoke-static/range {v200 .. v210}, Ltest/shop/Form;->take(IJ[BLjava/lang/Object;)V
    invoke-interface/range {v200 .. v210}, Ltest/shop/Form;->take(IJ[BLjava/lang/Object;)V
    neg-int v1, v2
    not-int v1, v2
    neg-long v1, v2
    not-long v1, v2
    neg-float v1, v2
    neg-double v1, v2
    int-to-long v1, v2
    int-to-float v1, v2
    int-to-double v1, v2
    long-to-int v1, v2
    long-to-float v1, v2
    long-to-double v1, v2
    float-to-int v1, v2
    float-to-long v1, v2
    float-to-double v1, v2
    double-to-int v1, v2
    double-to-long v1, v2
    double-to-float v1, v2
    int-to-byte v1, v2
    int-to-char v1, v2
    int-to-short v1, v2
    add-int v1, v200, v3
    sub-int v1, v200, v3
    mul-int v1, v200, v3
    div-int v1, v200, v3
    rem-int v1, v200, v3
    and-int v1, v200, v3
    or-int v1, v200, v3
    xor-int v1, v200, v3
    shl-int v1, v200, v3
    shr-int v1, v200, v3
    ushr-int v1, v200, v3
    add-long v1, v200, v3
    sub-long v1, v200, v3
    mul-long v1, v200, v3
    div-long v1, v200, v3
    rem-long v1, v200, v3
    and-long v1, v200, v3
    or-long v1, v200, v3
    xor-long v1, v200, v3
    shl-long v1, v200, v3
    shr-long v1, v200, v3
    ushr-long v1, v200, v3
    add-float v1, v200, v3
    sub-float v1, v200, v3
    mul-float v1, v200, v3
    div-float v1, v200, v3
    rem-float v1, v200, v3
    add-double v1, v200, v3
    sub-double v1, v200, v3
    mul-double v1, v200, v3
    div-double v1, v200, v3
    rem-double v1, v200, v3
    add-int/2addr v1, v2
    sub-int/2addr v1, v2
    mul-int/2addr v1, v2
    div-int/2addr v1, v2
    rem-int/2addr v1, v2
    and-int/2addr v1, v2
    or-int/2addr v1, v2
    xor-int/2addr v1, v2
    shl-int/2addr v1, v2
    shr-int/2addr v1, v2
    ushr-int/2addr v1, v2
    add-long/2addr v1, v2
    sub-long/2addr v1, v2
    mul-long/2addr v1, v2
    div-long/2addr v1, v2
    rem-long/2addr v1, v2
    and-long/2addr v1, v2
    or-long/2addr v1, v2
    xor-long/2addr v1, v2
    shl-long/2addr v1, v2
    shr-long/2addr v1, v2
    ushr-long/2addr v1, v2
    add-float/2addr v1, v2
    sub-float/2addr v1, v2
    mul-float/2addr v1, v2
    div-float/2addr v1, v2
    rem-float/2addr v1, v2
    add-double/2addr v1, v2
    sub-double/2addr v1, v2
    mul-double/2addr v1, v2
    div-double/2addr v1, v2
    rem-double/2addr v1, v2
    add-int/lit16 v1, v2, 0x7fff
    rsub-int v1, v2, 0x7fff
    mul-int/lit16 v1, v2, 0x7fff
    div-int/lit16 v1, v2, 0x7fff
    rem-int/lit16 v1, v2, 0x7fff
    and-int/lit16 v1, v2, 0x7fff
    or-int/lit16 v1, v2, 0x7fff
    xor-int/lit16 v1, v2, 0x7fff
    add-int/lit8 v1, v200, -0x5
    rsub-int/lit8 v1, v200, -0x5
    mul-int/lit8 v1, v200, -0x5
    div-int/lit8 v1, v200, -0x5
    rem-int/lit8 v1, v200, -0x5
    and-int/lit8 v1, v200, -0x5
    or-int/lit8 v1, v200, -0x5
    xor-int/lit8 v1, v200, -0x5
    shl-int/lit8 v1, v200, -0x5
    shr-int/lit8 v1, v200, -0x5
    ushr-int/lit8 v1, v200, -0x5
    invoke-custom {v1, v2, v3, v4, v5}, site("run", ()V, 0x5, "extra", invoke-static@Ltest/shop/Form;->make()V)@Ltest/shop/Form;->link(Ljava/lang/Object;)V
    invoke-custom/range {v200 .. v210}, site("run", ()V, 0x5, "extra", invoke-static@Ltest/shop/Form;->make()V)@Ltest/shop/Form;->link(Ljava/lang/Object;)V
    const-method-handle v7, invoke-static@Ltest/shop/Form;->make()V
    const-method-type v7, (I[J)Ljava/lang/String;
    return-void
.end method

.method static make()V
    .registers 1

    return-void
.end method

.method private static handled([I)I
    .locals 4

    const/4 v1, 0x0

    const/4 v2, 0x1

    :try_start_0
    fill-array-data p0, :array_0

    packed-switch v1, :pswitch_data_0
    :try_end_0
    .catch Ljava/lang/IllegalStateException; {:try_start_0 .. :try_end_0} :catch_0
    .catchall {:try_start_0 .. :try_end_0} :catchall_0

    :goto_0
    sparse-switch v2, :sswitch_data_0

    :try_start_1
    if-eq v1, v2, :away
    if-ne v1, v2, :away
    if-lt v1, v2, :away
    if-ge v1, v2, :away
    if-gt v1, v2, :away
    if-le v1, v2, :away
    if-eqz v1, :away
    if-nez v1, :away
    if-ltz v1, :away
    if-gez v1, :away
    if-gtz v1, :away
    if-lez v1, :away
    :try_end_1
    .catch Ljava/lang/Exception; {:try_start_1 .. :try_end_1} :catch_0

    goto :goto_0

    :catch_0
    move-exception v0

    goto/16 :away

    :catchall_0
    move-exception v0

    goto/32 :goto_0

    :away
    :pswitch_0
    :sswitch_0
    const v3, 0x7f030001    # 1.7412443E38f

    return v3

    :pswitch_1
    :sswitch_1
    return v1

    :array_0
    .array-data 4
        0x1
        -0x2
        0x7fffffff
    .end array-data

    :pswitch_data_0
    .packed-switch -0x1
        :pswitch_0
        :pswitch_1
    .end packed-switch

    :sswitch_data_0
    .sparse-switch
        -0x5 -> :sswitch_0
        0x7f030001 -> :sswitch_1
    .end sparse-switch
.end method

.method private static bytes()[B
    .locals 1

    const/4 v0, 0x3

    new-array v0, v0, [B

    fill-array-data v0, :array_0

    return-object v0

    nop

    :array_0
    .array-data 1
        0x1t
        -0x2t
        0x7ft
    .end array-data
.end method


# virtual methods
.method public bridge synthetic compareTo(Ljava/lang/Object;)I
    .locals 1
    .annotation system Ldalvik/annotation/Throws;
        value = {
            Ljava/io/IOException;
        }
    .end annotation

    const/4 v0, 0x0

    return v0
.end method

.method public native run()V
.end method

.method public synchronized declared-synchronized varargs take(IJ[BLjava/lang/Object;)V
    .locals 0
    .annotation runtime Ltest/shop/Mark;
        text = "taken"
    .end annotation

    return-void
.end method
