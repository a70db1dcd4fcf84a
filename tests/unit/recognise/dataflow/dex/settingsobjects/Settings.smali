# Settings: only the setter stores a truth value, and nothing calls it
.class public Ltest/shop/Settings;
.super Ljava/lang/Object;

.field private test:Z

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

# A parcel has an object that the app made
.method constructor <init>(Landroid/os/Parcel;)V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    invoke-virtual {p1}, Landroid/os/Parcel;->readInt()I
    move-result v0
    iput-boolean v0, p0, Ltest/shop/Settings;->test:Z
    return-void
.end method

.method public static createFromParcel(Landroid/os/Parcel;)Ltest/shop/Settings;
    .registers 2
    new-instance v0, Ltest/shop/Settings;
    invoke-direct {v0, p0}, Ltest/shop/Settings;-><init>(Landroid/os/Parcel;)V
    return-object v0
.end method

.method public isTest()Z
    .registers 2
    iget-boolean v0, p0, Ltest/shop/Settings;->test:Z
    return v0
.end method

.method public setTest(Z)V
    .registers 2
    iput-boolean p1, p0, Ltest/shop/Settings;->test:Z
    return-void
.end method

# The initialiser gives the class to a logger
.method static constructor <clinit>()V
    .registers 1
    const-class v0, Ltest/shop/Settings;
    invoke-static {v0}, Lorg/log/Factory;->logger(Ljava/lang/Class;)V
    return-void
.end method
