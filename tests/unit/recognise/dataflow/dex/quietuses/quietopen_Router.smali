.class public Llib/quietopen/Router;
.super Ljava/lang/Object;
.field public static U:Landroid/net/Uri;
.method public static go(Landroid/net/Uri;)V
    .locals 11
    sput-object p0, Llib/quietopen/Router;->U:Landroid/net/Uri;
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
