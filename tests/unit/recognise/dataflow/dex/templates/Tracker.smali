# Templates of addresses in static fields; one small method completes them with the domain of the only object.
.class public Ltest/track/Tracker;
.super Ljava/lang/Object;

.field private static first:Ljava/lang/String;
.field private static second:Ljava/lang/String;
.field private static third:Ljava/lang/String;
.field private static fourth:Ljava/lang/String;
.field private static version:Ljava/lang/String;
.field private static only:Ltest/track/Tracker;
.field private domain:Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 3
    const-string v0, "4.8"
    sput-object v0, Ltest/track/Tracker;->version:Ljava/lang/String;
    const-string v1, "https://first.%s/api/v"
    invoke-virtual {v1, v0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    sput-object v1, Ltest/track/Tracker;->first:Ljava/lang/String;
    const-string v1, "https://second.%s/api/v"
    invoke-virtual {v1, v0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    sput-object v1, Ltest/track/Tracker;->second:Ljava/lang/String;
    const-string v1, "https://third.%s/api/v"
    invoke-virtual {v1, v0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    sput-object v1, Ltest/track/Tracker;->third:Ljava/lang/String;
    const-string v1, "https://fourth.%s/api/v"
    invoke-virtual {v1, v0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    sput-object v1, Ltest/track/Tracker;->fourth:Ljava/lang/String;
    new-instance v0, Ltest/track/Tracker;
    invoke-direct {v0}, Ltest/track/Tracker;-><init>()V
    sput-object v0, Ltest/track/Tracker;->only:Ltest/track/Tracker;
    return-void
.end method

.method private constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "track.test"
    iput-object v0, p0, Ltest/track/Tracker;->domain:Ljava/lang/String;
    return-void
.end method

.method public static instance()Ltest/track/Tracker;
    .registers 1
    sget-object v0, Ltest/track/Tracker;->only:Ltest/track/Tracker;
    return-object v0
.end method

.method public domain()Ljava/lang/String;
    .registers 2
    iget-object v0, p0, Ltest/track/Tracker;->domain:Ljava/lang/String;
    return-object v0
.end method

.method public static complete(Ljava/lang/String;)Ljava/lang/String;
    .registers 4
    const/4 v0, 0x1
    new-array v0, v0, [Ljava/lang/Object;
    const/4 v1, 0x0
    invoke-static {}, Ltest/track/Tracker;->instance()Ltest/track/Tracker;
    move-result-object v2
    invoke-virtual {v2}, Ltest/track/Tracker;->domain()Ljava/lang/String;
    move-result-object v2
    aput-object v2, v0, v1
    invoke-static {p0, v0}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public static send(I)V
    .registers 3
    sget-object v0, Ltest/track/Tracker;->first:Ljava/lang/String;
    invoke-static {v0}, Ltest/track/Tracker;->complete(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/track/Tracker;->ask(Ljava/lang/String;)V
    sget-object v0, Ltest/track/Tracker;->second:Ljava/lang/String;
    invoke-static {v0}, Ltest/track/Tracker;->complete(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/track/Tracker;->ask(Ljava/lang/String;)V
    sget-object v0, Ltest/track/Tracker;->third:Ljava/lang/String;
    invoke-static {v0}, Ltest/track/Tracker;->complete(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/track/Tracker;->ask(Ljava/lang/String;)V
    sget-object v0, Ltest/track/Tracker;->fourth:Ljava/lang/String;
    invoke-static {v0}, Ltest/track/Tracker;->complete(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ltest/track/Tracker;->ask(Ljava/lang/String;)V
    return-void
.end method

.method private static ask(Ljava/lang/String;)V
    .registers 2
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
