.class public Llib/jnicall/Player;
.super Ljava/lang/Object;
    .method public native start(Llib/jnicall/Callback;)V
    .end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
