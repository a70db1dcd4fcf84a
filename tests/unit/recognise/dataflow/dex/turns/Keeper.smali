.class Ltest/turns/Keeper;
.super Ljava/lang/Object;
# instance fields
.field private final kept:Ltest/turns/Kept;
# direct methods
.method constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    new-instance v0, Ltest/turns/Kept;
    invoke-direct {v0}, Ltest/turns/Kept;-><init>()V
    iput-object v0, p0, Ltest/turns/Keeper;->kept:Ltest/turns/Kept;
    return-void
.end method
# virtual methods
.method open()V
    .registers 4
    new-instance v0, Ljava/net/URL;
    iget-object v1, p0, Ltest/turns/Keeper;->kept:Ltest/turns/Kept;
    const-string v2, "https://:host/:version/me"
    invoke-virtual {v1, v2}, Ltest/turns/Kept;->fill(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
