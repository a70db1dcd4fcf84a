# The class has an object with its defaults, and a reader of JSON makes others
.class public Ltest/shop/Preset;
.super Ljava/lang/Object;

.field private test:Z
.field public static final preset:Ltest/shop/Preset;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public isTest()Z
    .registers 2
    iget-boolean v0, p0, Ltest/shop/Preset;->test:Z
    return v0
.end method

.method public setTest(Z)V
    .registers 2
    iput-boolean p1, p0, Ltest/shop/Preset;->test:Z
    return-void
.end method

.method static constructor <clinit>()V
    .registers 3
    new-instance v0, Ltest/shop/Preset;
    invoke-direct {v0}, Ltest/shop/Preset;-><init>()V
    sput-object v0, Ltest/shop/Preset;->preset:Ltest/shop/Preset;
    return-void
.end method
