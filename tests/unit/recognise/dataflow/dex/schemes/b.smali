.class public Ltest/music/b;
.super Ljava/lang/Object;

.method public static native a(Ljava/lang/String;)Ltest/music/b;
.end method

.method public static native b()Ltest/music/b;
.end method
