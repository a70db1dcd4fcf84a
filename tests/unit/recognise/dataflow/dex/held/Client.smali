.class Ltest/held/Client;
.super Ljava/lang/Object;
# instance fields
.field final url:Ljava/lang/String;
# direct methods
.method constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/held/Client;->url:Ljava/lang/String;
    return-void
.end method
