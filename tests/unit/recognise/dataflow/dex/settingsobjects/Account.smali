# Settings with a text: the app makes the object with one text, and nothing calls the setter
.class public Ltest/shop/Account;
.super Ljava/lang/Object;
.implements Landroid/os/Parcelable;

.field private system:Ljava/lang/String;

.method public constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/shop/Account;->system:Ljava/lang/String;
    return-void
.end method

# A parcel has an object that the app made
.method constructor <init>(Landroid/os/Parcel;)V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    invoke-virtual {p1}, Landroid/os/Parcel;->readString()Ljava/lang/String;
    move-result-object v0
    iput-object v0, p0, Ltest/shop/Account;->system:Ljava/lang/String;
    return-void
.end method

.method public static createFromParcel(Landroid/os/Parcel;)Ltest/shop/Account;
    .registers 3
    invoke-virtual {p0}, Landroid/os/Parcel;->readString()Ljava/lang/String;
    move-result-object v1
    new-instance v0, Ltest/shop/Account;
    invoke-direct {v0, v1}, Ltest/shop/Account;-><init>(Ljava/lang/String;)V
    new-instance v0, Ltest/shop/Account;
    invoke-direct {v0, p0}, Ltest/shop/Account;-><init>(Landroid/os/Parcel;)V
    return-object v0
.end method

.method public setSystem(Ljava/lang/String;)V
    .registers 2
    iput-object p1, p0, Ltest/shop/Account;->system:Ljava/lang/String;
    return-void
.end method

.method public getSystem()Ljava/lang/String;
    .registers 2
    iget-object v0, p0, Ltest/shop/Account;->system:Ljava/lang/String;
    return-object v0
.end method

.method public ask()V
    .registers 3
    const-string v0, "sandbox"
    invoke-virtual {p0}, Ltest/shop/Account;->getSystem()Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v0
    if-eqz v0, :live
    const-string v1, "https://account.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
    :live
    const-string v1, "https://accountelse.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    return-void
.end method
