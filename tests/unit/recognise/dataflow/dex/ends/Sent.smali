.class public Ltest/shop/Sent;
.super Ljava/lang/Object;
.implements Landroid/os/Parcelable;

.field title:Ljava/lang/String;

.method constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/shop/Sent;->title:Ljava/lang/String;
    return-void
.end method

.method static make()Ltest/shop/Sent;
    .registers 2
    new-instance v0, Ltest/shop/Sent;
    const-string v1, "https://parcelled.shop.test/"
    invoke-direct {v0, v1}, Ltest/shop/Sent;-><init>(Ljava/lang/String;)V
    return-object v0
.end method

# The object comes back with the same field
.method public writeToParcel(Landroid/os/Parcel;I)V
    .registers 4
    iget-object v0, p0, Ltest/shop/Sent;->title:Ljava/lang/String;
    invoke-virtual {p1, v0}, Landroid/os/Parcel;->writeString(Ljava/lang/String;)V
    return-void
.end method

.method show(Landroid/widget/TextView;)V
    .registers 3
    iget-object v0, p0, Ltest/shop/Sent;->title:Ljava/lang/String;
    invoke-virtual {p1, v0}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    return-void
.end method

# A message to another process
.method static send(Landroid/os/Parcel;)V
    .registers 2
    const-string v0, "https://sent.shop.test/"
    invoke-virtual {p0, v0}, Landroid/os/Parcel;->writeString(Ljava/lang/String;)V
    return-void
.end method
