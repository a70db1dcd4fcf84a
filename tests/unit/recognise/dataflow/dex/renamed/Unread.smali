# Settings, as a shrinker has renamed them; no code reads the address
.class public Lshop/b;
.super Ljava/lang/Object;

.field public final a:Ljava/lang/String;

.method public constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lshop/b;->a:Ljava/lang/String;
    return-void
.end method
