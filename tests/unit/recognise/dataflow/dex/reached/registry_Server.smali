.class public Ltest/registry/app/Server;
.super Ljava/lang/Object;
.field public url:Ljava/lang/String;
.field public static ALL:Ljava/util/List;
.method public static constructor <clinit>()V
    .locals 11
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    sput-object v0, Ltest/registry/app/Server;->ALL:Ljava/util/List;
    return-void
.end method
.method public static define(Ljava/lang/String;Ljava/lang/String;)Ltest/registry/app/Server;
    .locals 11
    new-instance v0, Ltest/registry/app/Server;
    invoke-direct {v0}, Ltest/registry/app/Server;-><init>()V
    iput-object p1, v0, Ltest/registry/app/Server;->url:Ljava/lang/String;
    sget-object v1, Ltest/registry/app/Server;->ALL:Ljava/util/List;
    invoke-interface {v1, v0}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    return-object v0
.end method
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
