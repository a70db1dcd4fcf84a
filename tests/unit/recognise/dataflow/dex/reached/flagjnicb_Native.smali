.class public Llib/flagjnicb/Native;
.super Ljava/lang/Object;
    .method public static native begin(Llib/flagjnicb/State;)V
    .end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
