# Speaks with a service of another app
.class public Ltest/shop/RemoteService;
.super Ljava/lang/Object;
.implements Landroid/os/IInterface;

.method public asBinder()Landroid/os/IBinder;
    .registers 2
    const/4 v0, 0x0
    return-object v0
.end method

.method public settings(Landroid/os/Parcel;)Ljava/lang/Object;
    .registers 3
    sget-object v0, Ltest/shop/Remote;->CREATOR:Landroid/os/Parcelable$Creator;
    invoke-interface {v0, p1}, Landroid/os/Parcelable$Creator;->createFromParcel(Landroid/os/Parcel;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method
