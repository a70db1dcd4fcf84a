# A library that contacts what it gets
.class public Lorg/lib/Client;
.super Ljava/lang/Object;

.method public static get(Ljava/net/URL;)V
    .registers 1
    invoke-virtual {p0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method

.method public static native connect(Ljava/lang/String;)V
.end method
