.class public Llib/jsonadapter/Gson;
.super Ljava/lang/Object;
.method public static from(Llib/jsonadapter/TypeAdapter;)V
    .locals 11
    const-string v0, "x"
    invoke-virtual {p0, v0}, Llib/jsonadapter/TypeAdapter;->read(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
