.class public Ltest/reflkotlin/app/Servers;
.super Ljava/lang/Object;
.field public static EU:Ljava/lang/String; = "https://reflkotlin.shop.test/"
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
