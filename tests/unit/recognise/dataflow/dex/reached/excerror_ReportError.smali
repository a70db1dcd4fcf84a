.class public Ltest/excerror/app/ReportError;
.super Ljava/lang/Object;
.field public to:Ljava/lang/String;
.method public constructor <init>(Ljava/lang/String;)V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/excerror/app/ReportError;->to:Ljava/lang/String;
    return-void
.end method
.method public run()V
    .locals 11
    iget-object v1, p0, Ltest/excerror/app/ReportError;->to:Ljava/lang/String;
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
