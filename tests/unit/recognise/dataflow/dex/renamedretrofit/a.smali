.class public La/a;
.super Ljava/lang/Object;

# The builder of Retrofit, as R8 renames it.
.method public b(Ljava/lang/String;)La/a;
    .registers 3
    const-string v0, "baseUrl must end in /: "
    invoke-virtual {v0, p1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    return-object p0
.end method
