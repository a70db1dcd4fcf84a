# What a shrinker leaves of the checks of parameters in Kotlin, which throw in a method of their own.
.class public Lm/c;
.super Ljava/lang/Object;

.method public static e(Ljava/lang/Object;Ljava/lang/String;)V
    .registers 2
    if-nez p0, :exists
    invoke-static {p1}, Lm/c;->t(Ljava/lang/String;)V
    :exists
    return-void
.end method

.method private static t(Ljava/lang/String;)V
    .registers 2
    new-instance v0, Ljava/lang/NullPointerException;
    invoke-direct {v0, p0}, Ljava/lang/NullPointerException;-><init>(Ljava/lang/String;)V
    throw v0
.end method

# Neither side of this condition throws.
.method public static either(Ljava/lang/Object;)Ljava/lang/String;
    .registers 1
    if-nez p0, :exists
    const-string p0, "a"
    return-object p0
    :exists
    const-string p0, "b"
    return-object p0
.end method
