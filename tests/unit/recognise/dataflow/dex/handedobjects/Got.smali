# A switch of this class turns a server on; only its initialiser makes an object.
.class public Ltest/shop/app/Got;
.super Ljava/lang/Object;

.field public static final INSTANCE:Ltest/shop/app/Got;
.field public live:Z

.method static constructor <clinit>()V
    .registers 1
    new-instance v0, Ltest/shop/app/Got;
    invoke-direct {v0}, Ltest/shop/app/Got;-><init>()V
    sput-object v0, Ltest/shop/app/Got;->INSTANCE:Ltest/shop/app/Got;
    return-void
.end method

.method private constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public static open()V
    .registers 2
    sget-object v0, Ltest/shop/app/Got;->INSTANCE:Ltest/shop/app/Got;
    iget-boolean v0, v0, Ltest/shop/app/Got;->live:Z
    if-eqz v0, :off
    new-instance v0, Ljava/net/URL;
    const-string v1, "https://got.shop.test/"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    :off
    return-void
.end method
