.class public Ltest/shop/Made;
.super Ljava/lang/Object;

# A configuration names the class
.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const/4 v0, 0x1
    sput-boolean v0, Ltest/shop/Config;->byMaker:Z
    return-void
.end method
