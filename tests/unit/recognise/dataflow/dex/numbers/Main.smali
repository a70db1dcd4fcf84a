# Addresses that code reads as numbers: one of them is also requested.
.class public final Lnumbers/Main;
.super Ljava/lang/Object;

.field private pictures:[Ljava/lang/String;

.method public constructor <init>()V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const/4 v0, 0x1
    new-array v0, v0, [Ljava/lang/String;
    const/4 v1, 0x0
    const-string v2, "https://picture.shop.test/1.png"
    aput-object v2, v0, v1
    iput-object v0, p0, Lnumbers/Main;->pictures:[Ljava/lang/String;
    return-void
.end method

.method public picture(I)I
    .registers 4
    iget-object v0, p0, Lnumbers/Main;->pictures:[Ljava/lang/String;
    aget-object v0, v0, p1
    invoke-static {v0}, Ljava/lang/Integer;->parseInt(Ljava/lang/String;)I
    move-result v0
    return v0
.end method

.method public static count()J
    .registers 4
    const-string v0, "https://requested.shop.test/count"
    invoke-static {v0}, Ljava/lang/Long;->parseLong(Ljava/lang/String;)J
    move-result-wide v2
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-wide v2
.end method
