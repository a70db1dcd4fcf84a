# A static field with an object, which has an object in a field, which has a host: read one after the other.
.class public Lshop/Held;
.super Ljava/lang/Object;
.field public static settings:Lshop/Held;
.field public inner:Lshop/Held;
.field public host:Ljava/lang/String;
.field public path:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 3
    new-instance v0, Lshop/Held;
    invoke-direct {v0}, Ljava/lang/Object;-><init>()V
    new-instance v1, Lshop/Held;
    invoke-direct {v1}, Ljava/lang/Object;-><init>()V
    const-string v2, "https://held.test/"
    iput-object v2, v1, Lshop/Held;->host:Ljava/lang/String;
    iput-object v1, v0, Lshop/Held;->inner:Lshop/Held;
    sput-object v0, Lshop/Held;->settings:Lshop/Held;
    return-void
.end method

.method public static open()V
    .registers 5
    sget-object v0, Lshop/Held;->settings:Lshop/Held;
    iget-object v1, v0, Lshop/Held;->inner:Lshop/Held;
    const-string v2, "api/v3"
    iput-object v2, v1, Lshop/Held;->path:Ljava/lang/String;
    iget-object v1, v0, Lshop/Held;->inner:Lshop/Held;
    iget-object v2, v1, Lshop/Held;->host:Ljava/lang/String;
    iget-object v3, v1, Lshop/Held;->path:Ljava/lang/String;
    invoke-virtual {v2, v3}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v2
    new-instance v4, Ljava/net/URL;
    invoke-direct {v4, v2}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    return-void
.end method
