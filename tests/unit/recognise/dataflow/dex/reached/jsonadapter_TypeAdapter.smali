.class public abstract Llib/jsonadapter/TypeAdapter;
.super Ljava/lang/Object;
.method public abstract read(Ljava/lang/String;)Ljava/lang/Object;
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
