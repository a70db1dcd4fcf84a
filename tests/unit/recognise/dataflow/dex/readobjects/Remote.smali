# A service of another app returns it in a parcel
.class public Ltest/shop/Remote;
.super Ljava/lang/Object;
.implements Landroid/os/Parcelable;

.field private test:Z
.field public static final CREATOR:Landroid/os/Parcelable$Creator;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public isTest()Z
    .registers 2
    iget-boolean v0, p0, Ltest/shop/Remote;->test:Z
    return v0
.end method

.method public setTest(Z)V
    .registers 2
    iput-boolean p1, p0, Ltest/shop/Remote;->test:Z
    return-void
.end method

.method constructor <init>(Landroid/os/Parcel;)V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    invoke-virtual {p1}, Landroid/os/Parcel;->readInt()I
    move-result v0
    iput-boolean v0, p0, Ltest/shop/Remote;->test:Z
    return-void
.end method
