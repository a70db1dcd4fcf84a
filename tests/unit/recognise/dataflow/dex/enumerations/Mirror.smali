# Static fields that can have the same object: one method stores it in both
.class public Ltest/shop/Mirror;
.super Ljava/lang/Object;

.field public static MAIN:Ltest/shop/Mirror;
.field public static SPARE:Ltest/shop/Mirror;

.method static constructor <clinit>()V
    .registers 1
    new-instance v0, Ltest/shop/Mirror;
    invoke-direct {v0}, Ljava/lang/Object;-><init>()V
    sput-object v0, Ltest/shop/Mirror;->MAIN:Ltest/shop/Mirror;
    sput-object v0, Ltest/shop/Mirror;->SPARE:Ltest/shop/Mirror;
    return-void
.end method
