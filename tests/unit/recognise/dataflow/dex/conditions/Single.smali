.class public Ltest/shop/Single;
.super Ljava/lang/Object;

# One object, with a number that is set from a parameter: every caller gives 0
.field private static self:Ltest/shop/Single;
.field private mode:I

.method static constructor <clinit>()V
    .registers 1
    new-instance v0, Ltest/shop/Single;
    invoke-direct {v0}, Ltest/shop/Single;-><init>()V
    sput-object v0, Ltest/shop/Single;->self:Ltest/shop/Single;
    return-void
.end method

.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method setMode(I)V
    .registers 2
    iput p1, p0, Ltest/shop/Single;->mode:I
    return-void
.end method

.method static start()V
    .registers 2
    const/4 v1, 0x0
    sget-object v0, Ltest/shop/Single;->self:Ltest/shop/Single;
    invoke-virtual {v0, v1}, Ltest/shop/Single;->setMode(I)V
    return-void
.end method

.method address()Ljava/lang/String;
    .registers 3
    iget v0, p0, Ltest/shop/Single;->mode:I
    const/4 v1, 0x2
    if-eq v0, v1, :two
    const-string v0, "https://modezero.shop.test/a"
    return-object v0
    :two
    const-string v0, "https://modetwo.shop.test/a"
    return-object v0
.end method

.method static ask()V
    .registers 2
    sget-object v0, Ltest/shop/Single;->self:Ltest/shop/Single;
    invoke-virtual {v0}, Ltest/shop/Single;->address()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method
