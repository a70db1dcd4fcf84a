.class public Ltest/registrymap/app/Server;
.super Ljava/lang/Object;
.field public url:Ljava/lang/String;
.field public static ALL:Ljava/util/Map;
.method public static constructor <clinit>()V
    .locals 11
    new-instance v0, Ljava/util/HashMap;
    invoke-direct {v0}, Ljava/util/HashMap;-><init>()V
    sput-object v0, Ltest/registrymap/app/Server;->ALL:Ljava/util/Map;
    return-void
.end method
.method public static define(Ljava/lang/String;Ljava/lang/String;)Ltest/registrymap/app/Server;
    .locals 11
    new-instance v0, Ltest/registrymap/app/Server;
    invoke-direct {v0}, Ltest/registrymap/app/Server;-><init>()V
    iput-object p1, v0, Ltest/registrymap/app/Server;->url:Ljava/lang/String;
    sget-object v1, Ltest/registrymap/app/Server;->ALL:Ljava/util/Map;
    invoke-interface {v1, p0, v0}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-object v0
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
