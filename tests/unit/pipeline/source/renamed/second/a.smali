# A class that the first build does not have: it moves every string.
.class public La/a;
.super Ljava/lang/Object;

.method public static a()Ljava/lang/String;
    .registers 1
    const-string v0, "0 moves the strings behind it"
    return-object v0
.end method
