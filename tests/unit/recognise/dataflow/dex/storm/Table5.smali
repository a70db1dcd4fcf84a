# A table of strings that is never complete.
.class public Lshop/Table5;
.super Ljava/lang/Object;
.field private static text:Ljava/lang/String;
.method static constructor <clinit>()V
    .registers 2
    const-string v0, "text"
    sput-object v0, Lshop/Table5;->text:Ljava/lang/String;
    const/4 v1, 0x5
    :loop
    xor-int/lit8 v1, v1, 0x1
    goto :loop
.end method
