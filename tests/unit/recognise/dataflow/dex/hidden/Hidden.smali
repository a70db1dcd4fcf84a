.class public Ltest/chat/Hidden;
.super Ljava/lang/Object;

.field private static final SERVERS:Ljava/util/ArrayList;
.field private static final z:[Ljava/lang/String;
.field private static final KEY:Ljava/lang/String;

# A list of servers, and texts of all kinds, which a decrypting method gives
.method static constructor <clinit>()V
    .registers 4
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    sput-object v0, Ltest/chat/Hidden;->SERVERS:Ljava/util/ArrayList;
    const-string v1, "r/qtri/udru"
    invoke-static {v1}, Ltest/chat/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    const-string v1, "rhr/qtri/udru"
    invoke-static {v1}, Ltest/chat/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    const-string v1, "rq`sd,qtri/udru"
    invoke-static {v1}, Ltest/chat/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    const-string v1, "82/095/304/05"
    invoke-static {v1}, Ltest/chat/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    const/16 v1, 0x7
    new-array v0, v1, [Ljava/lang/String;
    sput-object v0, Ltest/chat/Hidden;->z:[Ljava/lang/String;
    const-string v1, "hl75/bi`u/udru"
    invoke-static {v1}, Ltest/chat/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    const/4 v2, 0x0
    aput-object v1, v0, v2
    const-string v1, "sdqnsu/dyus`/hogn"
    invoke-static {v1}, Ltest/chat/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    const/4 v2, 0x1
    aput-object v1, v0, v2
    const-string v1, "sdrq/{hq"
    invoke-static {v1}, Ltest/chat/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    const/4 v2, 0x2
    aput-object v1, v0, v2
    const-string v1, "nsf/bi`u/runsd"
    invoke-static {v1}, Ltest/chat/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    const/4 v2, 0x3
    aput-object v1, v0, v2
    const-string v1, "01/1/1/063"
    invoke-static {v1}, Ltest/chat/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    const/4 v2, 0x4
    aput-object v1, v0, v2
    const-string v1, "`qh/nuids/udru"
    invoke-static {v1}, Ltest/chat/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    const/4 v2, 0x5
    aput-object v1, v0, v2
    const-string v1, "Nqdo!bnoodbuhno"
    invoke-static {v1}, Ltest/chat/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    const/4 v2, 0x6
    aput-object v1, v0, v2
    return-void
.end method

.method static plain(Ljava/lang/String;)Ljava/lang/String;
    .registers 4
    invoke-virtual {p0}, Ljava/lang/String;->toCharArray()[C
    move-result-object v0
    const/4 v1, 0x0
    :next
    array-length v2, v0
    if-ge v1, v2, :done
    aget-char v2, v0, v1
    xor-int/lit8 v2, v2, 0x1
    int-to-char v2, v2
    aput-char v2, v0, v1
    add-int/lit8 v1, v1, 0x1
    goto :next
    :done
    new-instance v1, Ljava/lang/String;
    invoke-direct {v1, v0}, Ljava/lang/String;-><init>([C)V
    return-object v1
.end method

# The address below whose domain one of the hosts is
.method static known()V
    .registers 2
    new-instance v0, Ljava/net/URL;
    const-string v1, "https://api.chat.test/v1"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method

# An address, cut at its beginning by code that reads its parts
.method static cut(Ljava/lang/String;)Ljava/lang/String;
    .registers 3
    const-string v0, "http://box-1042.appspot.com/rest/"
    const/4 v1, 0x2
    invoke-virtual {v0, v1}, Ljava/lang/String;->substring(I)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/lang/StringBuilder;
    invoke-direct {v1, v0}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    const-string v0, "user/"
    invoke-virtual {v1, v0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v1, p0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v1}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

# An item of the array, as a proxy
.method static proxy()Ljava/net/InetSocketAddress;
    .registers 3
    new-instance v0, Ljava/net/InetSocketAddress;
    sget-object v1, Ltest/chat/Hidden;->z:[Ljava/lang/String;
    const/4 v2, 0x4
    aget-object v1, v1, v2
    const/16 v2, 0x50
    invoke-direct {v0, v1, v2}, Ljava/net/InetSocketAddress;-><init>(Ljava/lang/String;I)V
    return-object v0
.end method

# How the author tries the class on a computer
.method public static main([Ljava/lang/String;)V
    .registers 3
    sget-object v0, Ljava/lang/System;->out:Ljava/io/PrintStream;
    const-string v1, "iuuqr;..usx/bi`u/udru.w0"
    invoke-static {v1}, Ltest/chat/Hidden;->plain(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/io/PrintStream;->println(Ljava/lang/String;)V
    return-void
.end method
