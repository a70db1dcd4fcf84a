.class public Ltest/registryctor/app/Server;
.super Ljava/lang/Object;
.field public url:Ljava/lang/String;
.field public static ALL:Ljava/util/List;
.method public static constructor <clinit>()V
    .locals 11
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    sput-object v0, Ltest/registryctor/app/Server;->ALL:Ljava/util/List;
    return-void
.end method
.method public constructor <init>(Ljava/lang/String;Ljava/lang/String;)V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p2, p0, Ltest/registryctor/app/Server;->url:Ljava/lang/String;
    sget-object v1, Ltest/registryctor/app/Server;->ALL:Ljava/util/List;
    invoke-interface {v1, p0}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    return-void
.end method
