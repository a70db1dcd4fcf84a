.class public Llib/cordova/CordovaPlugin;
.super Ljava/lang/Object;
.method public execute(Ljava/lang/String;)Z
    .locals 11
    const v0, 0
    return v0
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
