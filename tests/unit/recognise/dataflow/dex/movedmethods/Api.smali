# A class whose text needs a method that the shrinker moved into a class of resources of a library.
.class public final Lm1/Api;
.super Ljava/lang/Object;

.field public static final BASE:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 2
    const-string v0, "hts/mvdso.etv/"
    const-string v1, "tp:/oe.hpts/1"
    invoke-static {v0, v1}, Landroidx/core/R$dimen;->N(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    sput-object v0, Lm1/Api;->BASE:Ljava/lang/String;
    return-void
.end method

.method public static get()V
    .registers 2
    new-instance v0, Ljava/net/URL;
    sget-object v1, Lm1/Api;->BASE:Ljava/lang/String;
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method
