.class public final Lcom/google/android/datatransport/cct/CCTDestination;
.super Ljava/lang/Object;

.field static final ADDRESS:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 2
    const-string v0, "hts/lgmrets/1"
    const-string v1, "tp:/o.eg.etv"
    invoke-static {v0, v1}, Lcom/google/android/datatransport/cct/StringMerger;->merge(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    sput-object v0, Lcom/google/android/datatransport/cct/CCTDestination;->ADDRESS:Ljava/lang/String;
    return-void
.end method

.method static open()Ljava/net/URLConnection;
    .registers 2
    new-instance v0, Ljava/net/URL;
    sget-object v1, Lcom/google/android/datatransport/cct/CCTDestination;->ADDRESS:Ljava/lang/String;
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    move-result-object v0
    return-object v0
.end method
