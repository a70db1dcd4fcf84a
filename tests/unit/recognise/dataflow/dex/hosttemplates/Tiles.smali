# A source of map tiles: addresses with a placeholder, and the domain in a field
.class public Ltest/map/Tiles;
.super Ljava/lang/Object;

.field private static final BASES:[Ljava/lang/String;
.field private domain:Ljava/lang/String;
.field private other:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 3
    const/4 v0, 0x2
    new-array v0, v0, [Ljava/lang/String;
    const/4 v1, 0x0
    const-string v2, "https://1.{domain}/tiles/"
    aput-object v2, v0, v1
    const/4 v1, 0x1
    const-string v2, "https://2.{domain}/tiles/"
    aput-object v2, v0, v1
    sput-object v0, Ltest/map/Tiles;->BASES:[Ljava/lang/String;
    return-void
.end method

.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "aerial.atlas.test"
    iput-object v0, p0, Ltest/map/Tiles;->domain:Ljava/lang/String;
    const-string v0, "other.atlas.test"
    iput-object v0, p0, Ltest/map/Tiles;->other:Ljava/lang/String;
    return-void
.end method

.method public base(I)Ljava/lang/String;
    .registers 5
    sget-object v0, Ltest/map/Tiles;->BASES:[Ljava/lang/String;
    aget-object v0, v0, p1
    const-string v1, "{domain}"
    iget-object v2, p0, Ltest/map/Tiles;->domain:Ljava/lang/String;
    invoke-virtual {v0, v1, v2}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-object v0
.end method

# A constant in the place of a label; no host has the second placeholder, and the third is no whole text
.method public region(Ljava/lang/String;)Ljava/lang/String;
    .registers 5
    const-string v0, "https://{region}.weather.atlas.test/now"
    const-string v1, "{region}"
    const-string v2, "eu"
    invoke-virtual {v0, v1, v2}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "{path}"
    iget-object v2, p0, Ltest/map/Tiles;->other:Ljava/lang/String;
    invoke-virtual {v0, v1, v2}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "https://plain.atlas.test/{path}"
    const-string v1, "https://3.{lost}/tiles/"
    const-string v1, " {lost}"
    invoke-virtual {v0, v1, v2}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-object v0
.end method
