.class public Ltest/registry/app/Servers;
.super Ljava/lang/Object;
.field public static A:Ltest/registry/app/Server;
.field public static B:Ltest/registry/app/Server;
.field public static C:Ltest/registry/app/Server;
.method public static constructor <clinit>()V
    .locals 11
    const-string v0, "registry_a"
    const-string v1, "https://registry.shop.test/"
    invoke-static {v0, v1}, Ltest/registry/app/Server;->define(Ljava/lang/String;Ljava/lang/String;)Ltest/registry/app/Server;
    move-result-object v0
    sput-object v0, Ltest/registry/app/Servers;->A:Ltest/registry/app/Server;
    const-string v0, "registry_b"
    const-string v1, "https://b.example.test/"
    invoke-static {v0, v1}, Ltest/registry/app/Server;->define(Ljava/lang/String;Ljava/lang/String;)Ltest/registry/app/Server;
    move-result-object v0
    sput-object v0, Ltest/registry/app/Servers;->B:Ltest/registry/app/Server;
    const-string v0, "registry_c"
    const-string v1, "https://c.example.test/"
    invoke-static {v0, v1}, Ltest/registry/app/Server;->define(Ljava/lang/String;Ljava/lang/String;)Ltest/registry/app/Server;
    move-result-object v0
    sput-object v0, Ltest/registry/app/Servers;->C:Ltest/registry/app/Server;
    return-void
.end method
.method public static init()V
    .locals 11
    return-void
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
