# Settings that code reads
.class public Lshop/d;
.super Ljava/lang/Object;

.field public final a:Ljava/lang/String;

.method public constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lshop/d;->a:Ljava/lang/String;
    return-void
.end method
