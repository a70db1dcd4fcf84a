.class public Ltest/shop/Zeros;
.super Ljava/lang/Object;

# Strings with NUL, as in the metadata of Kotlin: they are the first in the order of the file.
.method public static read()V
    .registers 1
    const-string v0, "\u0000\n0"
    const-string v0, "\u0000\n1"
    const-string v0, "\u0000\n2"
    const-string v0, "\u0000\n3"
    const-string v0, "\u0000\n4"
    const-string v0, "\u0000\n5"
    const-string v0, "\u0000\n6"
    const-string v0, "\u0000\n7"
    const-string v0, "\u0000\n8"
    const-string v0, "\u0000\n9"
    const-string v0, "\u0000\n10"
    const-string v0, "\u0000\n11"
    const-string v0, "\u0000\n12"
    const-string v0, "\u0000\n13"
    const-string v0, "\u0000\n14"
    const-string v0, "\u0000\n15"
    const-string v0, "\u0000\n16"
    const-string v0, "\u0000\n17"
    const-string v0, "\u0000\n18"
    const-string v0, "\u0000\n19"
    const-string v0, "$r8$lambda"
    const-string v0, "()x"
    const-string v0, "\u0001a"
    const-string v0, "a"
    const-string v0, "a\u0000"
    const-string v0, "a\u0000b"
    const-string v0, "aa"
    return-void
.end method
