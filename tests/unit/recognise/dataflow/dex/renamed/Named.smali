# The same in a field that still has its name
.class public Lshop/c;
.super Ljava/lang/Object;

.field public final url:Ljava/lang/String;

.method public constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lshop/c;->url:Ljava/lang/String;
    return-void
.end method
