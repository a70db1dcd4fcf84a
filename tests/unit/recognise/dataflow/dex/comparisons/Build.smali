# Texts: a constant; one that the initialiser sets; one that nobody sets; one that two methods set; one of the system; one
# that a method without a caller sets; and one that a caller reads from the device
.class public Ltest/shop/Build;
.super Ljava/lang/Object;

.field static final flavour:Ljava/lang/String; = "live"
.field static stored:Ljava/lang/String;
.field static unset:Ljava/lang/String;
.field static chosen:Ljava/lang/String;
.field static either:Ljava/lang/String;
.field static given:Ljava/lang/String; = "live"
.field static asked:Ljava/lang/String; = "live"

.method static constructor <clinit>()V
    .registers 2
    const-string v0, "production"
    sput-object v0, Ltest/shop/Build;->stored:Ljava/lang/String;
    const-string v0, "brand"
    invoke-static {v0}, Ljava/lang/System;->getProperty(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    sput-object v0, Ltest/shop/Build;->chosen:Ljava/lang/String;
    const-string v0, "live"
    sput-object v0, Ltest/shop/Build;->either:Ljava/lang/String;
    return-void
.end method

.method public static test()V
    .registers 1
    const-string v0, "test"
    sput-object v0, Ltest/shop/Build;->either:Ljava/lang/String;
    return-void
.end method

.method static give()V
    .registers 1
    const-string v0, "test"
    sput-object v0, Ltest/shop/Build;->given:Ljava/lang/String;
    return-void
.end method

.method static ask(Ljava/lang/String;)V
    .registers 1
    sput-object p0, Ltest/shop/Build;->asked:Ljava/lang/String;
    return-void
.end method

.method static environment()Ljava/lang/String;
    .registers 1
    const-string v0, "live"
    return-object v0
.end method
