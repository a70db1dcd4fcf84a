# Objects that the initialiser of a class makes of an address, each in a static field; code reads only some of the fields
.class public Ltest/shop/Destination;
.super Ljava/lang/Object;

.field static final LIVE:Ltest/shop/Destination;
.field static final OLD:Ltest/shop/Destination;
.field static final LISTED:Ltest/shop/Destination;
.field static final KNOWN:Ltest/shop/Known;
.field static final MIXED:Ltest/shop/Destination;
.field static final LEGACY:Ltest/shop/Destination;
.field static final LIVE_END_POINT:Ljava/lang/String;
.field static final LEGACY_END_POINT:Ljava/lang/String;
.field private final endPoint:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 2
    const-string v0, "https://live.shop.test/"
    new-instance v1, Ltest/shop/Destination;
    invoke-direct {v1, v0}, Ltest/shop/Destination;-><init>(Ljava/lang/String;)V
    sput-object v1, Ltest/shop/Destination;->LIVE:Ltest/shop/Destination;
    const-string v0, "https://old.shop.test/"
    new-instance v1, Ltest/shop/Destination;
    invoke-direct {v1, v0}, Ltest/shop/Destination;-><init>(Ljava/lang/String;)V
    sput-object v1, Ltest/shop/Destination;->OLD:Ltest/shop/Destination;
    const-string v0, "https://listed.shop.test/"
    new-instance v1, Ltest/shop/Destination;
    invoke-direct {v1, v0}, Ltest/shop/Destination;-><init>(Ljava/lang/String;)V
    sput-object v1, Ltest/shop/Destination;->LISTED:Ltest/shop/Destination;
    invoke-static {v1}, Ltest/shop/Known;->add(Ljava/lang/Object;)V
    # its constructor gives the object to others
    const-string v0, "https://known.shop.test/"
    new-instance v1, Ltest/shop/Known;
    invoke-direct {v1, v0}, Ltest/shop/Known;-><init>(Ljava/lang/String;)V
    sput-object v1, Ltest/shop/Destination;->KNOWN:Ltest/shop/Known;
    const-string v0, "hts/mxdso.etlg"
    const-string v1, "tp:/ie.hpts/o"
    invoke-static {v0, v1}, Ltest/shop/Destination;->mix(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    sput-object v0, Ltest/shop/Destination;->LIVE_END_POINT:Ljava/lang/String;
    sget-object v0, Ltest/shop/Destination;->LIVE_END_POINT:Ljava/lang/String;
    new-instance v1, Ltest/shop/Destination;
    invoke-direct {v1, v0}, Ltest/shop/Destination;-><init>(Ljava/lang/String;)V
    sput-object v1, Ltest/shop/Destination;->MIXED:Ltest/shop/Destination;
    const-string v0, "hts/lgc.hpts/o"
    const-string v1, "tp:/eayso.etlg"
    invoke-static {v0, v1}, Ltest/shop/Destination;->mix(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    sput-object v0, Ltest/shop/Destination;->LEGACY_END_POINT:Ljava/lang/String;
    sget-object v0, Ltest/shop/Destination;->LEGACY_END_POINT:Ljava/lang/String;
    new-instance v1, Ltest/shop/Destination;
    invoke-direct {v1, v0}, Ltest/shop/Destination;-><init>(Ljava/lang/String;)V
    sput-object v1, Ltest/shop/Destination;->LEGACY:Ltest/shop/Destination;
    return-void
.end method

.method constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/shop/Destination;->endPoint:Ljava/lang/String;
    return-void
.end method

.method public endPoint()Ljava/lang/String;
    .registers 2
    iget-object v0, p0, Ltest/shop/Destination;->endPoint:Ljava/lang/String;
    return-object v0
.end method

.method static mix(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    .registers 6
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const/4 v1, 0x0
    :next
    invoke-virtual {p0}, Ljava/lang/String;->length()I
    move-result v2
    if-ge v1, v2, :end
    invoke-virtual {p0, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    invoke-virtual {p1}, Ljava/lang/String;->length()I
    move-result v2
    if-ge v1, v2, :skip
    invoke-virtual {p1, v1}, Ljava/lang/String;->charAt(I)C
    move-result v2
    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;
    :skip
    add-int/lit8 v1, v1, 0x1
    goto :next
    :end
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method
