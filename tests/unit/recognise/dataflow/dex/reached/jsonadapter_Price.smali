.class public Ltest/jsonadapter/app/Price;
.super Ljava/lang/Object;
    .annotation runtime Lcom/google/gson/annotations/JsonAdapter;
    value = Ltest/jsonadapter/app/Adapter;
    .end annotation
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
