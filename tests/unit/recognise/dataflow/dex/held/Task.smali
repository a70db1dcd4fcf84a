.class Ltest/held/Task;
.super Ljava/lang/Object;
# instance fields
.field private final url:Ljava/lang/String;
# direct methods
.method constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/held/Task;->url:Ljava/lang/String;
    return-void
.end method
# virtual methods
.method run()V
    .registers 3
    new-instance v0, Ljava/net/URL;
    iget-object v1, p0, Ltest/held/Task;->url:Ljava/lang/String;
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
