.class public Ltest/overwrittens/app/Boot;
.super Ljava/lang/Object;
.method public static ping()V
    .locals 11
    sget-object v0, Ltest/overwrittens/app/App;->me:Ltest/overwrittens/app/App;
    iget-object v0, v0, Ltest/overwrittens/app/App;->host:Ljava/lang/String;
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
