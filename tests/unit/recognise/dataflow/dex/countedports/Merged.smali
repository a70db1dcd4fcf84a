# R8 merges two classes: one field is the port of an address, and the place in a list.
.class public Lcountedports/Merged;
.super Ljava/lang/Object;

.field public number:I

.method public constructor <init>(I)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput p1, p0, Lcountedports/Merged;->number:I
    return-void
.end method

.method public static next(Lcountedports/Merged;)V
    .registers 4
    iget v0, p0, Lcountedports/Merged;->number:I
    add-int/lit8 v1, v0, 0x1
    iput v1, p0, Lcountedports/Merged;->number:I
    const-string v1, "counted.shop.test"
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v1, v0}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public static other(Lcountedports/Merged;)V
    .registers 3
    const/16 v0, 0x1f90
    add-int/lit8 v1, v0, 0x1
    iput v1, p0, Lcountedports/Merged;->number:I
    invoke-static {p0}, Lcountedports/Merged;->connect(Lcountedports/Merged;)V
    return-void
.end method

.method public static connect(Lcountedports/Merged;)V
    .registers 4
    iget v0, p0, Lcountedports/Merged;->number:I
    const-string v1, "counted.shop.test"
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v1, v0}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
.end method

.method public static make()V
    .registers 2
    const/16 v0, 0x1bb
    new-instance v1, Lcountedports/Merged;
    invoke-direct {v1, v0}, Lcountedports/Merged;-><init>(I)V
    invoke-static {v1}, Lcountedports/Merged;->connect(Lcountedports/Merged;)V
    return-void
.end method
