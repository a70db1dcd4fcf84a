.class public Ltest/reflhelp/app/Servers;
.super Ljava/lang/Object;
.field public static EU:Ljava/lang/String; = "https://reflhelp.shop.test/"
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
