.class Ltest/held/Joined;
.super Ljava/lang/Object;
# direct methods
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method static open()V
    .registers 4
    new-instance v0, Ljava/util/StringJoiner;
    const-string v1, "/"
    const-string v2, "https://"
    const-string v3, "/j"
    invoke-direct {v0, v1, v2, v3}, Ljava/util/StringJoiner;-><init>(Ljava/lang/CharSequence;Ljava/lang/CharSequence;Ljava/lang/CharSequence;)V
    const-string v1, "joiner.held.test"
    invoke-virtual {v0, v1}, Ljava/util/StringJoiner;->add(Ljava/lang/CharSequence;)Ljava/util/StringJoiner;
    move-result-object v1
    const-string v2, "v1"
    invoke-virtual {v1, v2}, Ljava/util/StringJoiner;->add(Ljava/lang/CharSequence;)Ljava/util/StringJoiner;
    new-instance v1, Ljava/net/URL;
    invoke-virtual {v0}, Ljava/util/StringJoiner;->toString()Ljava/lang/String;
    move-result-object v0
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
