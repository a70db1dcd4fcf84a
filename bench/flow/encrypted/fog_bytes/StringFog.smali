.class public Lf2/StringFog;
.super Ljava/lang/Object;

.field private static final IMPL:Lf2/Impl;
.method static constructor <clinit>()V
    .registers 1
    new-instance v0, Lf2/Impl;
    invoke-direct {v0}, Lf2/Impl;-><init>()V
    sput-object v0, Lf2/StringFog;->IMPL:Lf2/Impl;
    return-void
.end method
.method public static decrypt([B[B)Ljava/lang/String;
    .registers 3
    sget-object v0, Lf2/StringFog;->IMPL:Lf2/Impl;
    invoke-virtual {v0, p0, p1}, Lf2/Impl;->decrypt([B[B)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

