.class public Ltest/registryctor/app/Servers;
.super Ljava/lang/Object;
.field public static A:Ltest/registryctor/app/Server;
.field public static B:Ltest/registryctor/app/Server;
.field public static C:Ltest/registryctor/app/Server;
.method public static constructor <clinit>()V
    .locals 11
    const-string v0, "registryctor_a"
    const-string v1, "https://registryctor.shop.test/"
    new-instance v2, Ltest/registryctor/app/Server;
    invoke-direct {v2, v0, v1}, Ltest/registryctor/app/Server;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    sput-object v2, Ltest/registryctor/app/Servers;->A:Ltest/registryctor/app/Server;
    const-string v0, "registryctor_b"
    const-string v1, "https://b.example.test/"
    new-instance v2, Ltest/registryctor/app/Server;
    invoke-direct {v2, v0, v1}, Ltest/registryctor/app/Server;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    sput-object v2, Ltest/registryctor/app/Servers;->B:Ltest/registryctor/app/Server;
    const-string v0, "registryctor_c"
    const-string v1, "https://c.example.test/"
    new-instance v2, Ltest/registryctor/app/Server;
    invoke-direct {v2, v0, v1}, Ltest/registryctor/app/Server;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    sput-object v2, Ltest/registryctor/app/Servers;->C:Ltest/registryctor/app/Server;
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
