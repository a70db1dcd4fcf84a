.class public Lother/lib/Client;
.super Ljava/lang/Object;

.method public static native send(Ljava/lang/String;)V
.end method
