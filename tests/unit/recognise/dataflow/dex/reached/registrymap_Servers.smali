.class public Ltest/registrymap/app/Servers;
.super Ljava/lang/Object;
.field public static A:Ltest/registrymap/app/Server;
.field public static B:Ltest/registrymap/app/Server;
.field public static C:Ltest/registrymap/app/Server;
.method public static constructor <clinit>()V
    .locals 11
    const-string v0, "registrymap_a"
    const-string v1, "https://registrymap.shop.test/"
    invoke-static {v0, v1}, Ltest/registrymap/app/Server;->define(Ljava/lang/String;Ljava/lang/String;)Ltest/registrymap/app/Server;
    move-result-object v0
    sput-object v0, Ltest/registrymap/app/Servers;->A:Ltest/registrymap/app/Server;
    const-string v0, "registrymap_b"
    const-string v1, "https://b.example.test/"
    invoke-static {v0, v1}, Ltest/registrymap/app/Server;->define(Ljava/lang/String;Ljava/lang/String;)Ltest/registrymap/app/Server;
    move-result-object v0
    sput-object v0, Ltest/registrymap/app/Servers;->B:Ltest/registrymap/app/Server;
    const-string v0, "registrymap_c"
    const-string v1, "https://c.example.test/"
    invoke-static {v0, v1}, Ltest/registrymap/app/Server;->define(Ljava/lang/String;Ljava/lang/String;)Ltest/registrymap/app/Server;
    move-result-object v0
    sput-object v0, Ltest/registrymap/app/Servers;->C:Ltest/registrymap/app/Server;
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
