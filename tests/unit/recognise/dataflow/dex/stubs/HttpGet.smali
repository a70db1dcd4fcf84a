# A stub of the SDK, as in the file android.jar or org.apache.http.legacy.jar; devices have the real class.
.class public Lorg/apache/http/client/methods/HttpGet;
.super Ljava/lang/Object;

.method public constructor <init>(Ljava/lang/String;)V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    new-instance v0, Ljava/lang/RuntimeException;
    const-string v1, "Stub!"
    invoke-direct {v0, v1}, Ljava/lang/RuntimeException;-><init>(Ljava/lang/String;)V
    throw v0
.end method
