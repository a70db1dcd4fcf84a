.class final Lother/scan/Tagged;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;

.field private static final TAG:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 1
    const-class v0, Lother/scan/Tagged;
    invoke-virtual {v0}, Ljava/lang/Class;->getSimpleName()Ljava/lang/String;
    move-result-object v0
    sput-object v0, Lother/scan/Tagged;->TAG:Ljava/lang/String;
    return-void
.end method

.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public run()V
    .registers 3
    const-string v0, "https://tagged.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
