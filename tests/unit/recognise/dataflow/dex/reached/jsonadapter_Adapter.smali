.class public Ltest/jsonadapter/app/Adapter;
.super Llib/jsonadapter/TypeAdapter;
.method public read(Ljava/lang/String;)Ljava/lang/Object;
    .locals 11
    const-string v0, "https://jsonadapter.shop.test/"
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-object v0
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Llib/jsonadapter/TypeAdapter;-><init>()V
    return-void
.end method
