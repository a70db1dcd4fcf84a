.class public Ltest/chat/Servers;
.super Ljava/lang/Object;

.field static ports:Ljava/util/LinkedHashMap;
.field servers:Ljava/util/List;
.field public static final LOG:Ljava/lang/String; = "http://93.184.216.34/log"

# The app requests one host; the others have no scheme
.method static get()V
    .registers 2
    new-instance v0, Ljava/net/URL;
    const-string v1, "https://api.chat.test/v1"
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method

# Hosts and ports: one of them is below a domain that the app contacts
.method static constructor <clinit>()V
    .registers 4
    new-instance v0, Ljava/util/LinkedHashMap;
    invoke-direct {v0}, Ljava/util/LinkedHashMap;-><init>()V
    sput-object v0, Ltest/chat/Servers;->ports:Ljava/util/LinkedHashMap;
    const/16 v2, 0x4a38
    invoke-static {v2}, Ljava/lang/Integer;->valueOf(I)Ljava/lang/Integer;
    move-result-object v2
    const-string v1, "im.eu.chat.test"
    invoke-virtual {v0, v1, v2}, Ljava/util/LinkedHashMap;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    const-string v1, "spare-push.test"
    invoke-virtual {v0, v1, v2}, Ljava/util/LinkedHashMap;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method

# A list of addresses
.method addresses()V
    .registers 3
    iget-object v0, p0, Ltest/chat/Servers;->servers:Ljava/util/List;
    const-string v1, "93.184.215.14"
    invoke-interface {v0, v1}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    const-string v1, "93.184.216.34"
    invoke-interface {v0, v1}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    const-string v1, "192.0.43.8"
    invoke-interface {v0, v1}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    return-void
.end method

# An address for a host, and one for a key
.method static fallbacks()V
    .registers 2
    const-string v0, "im.eu.chat.test"
    const-string v1, "192.0.43.10"
    invoke-static {v0, v1}, Ltest/chat/Servers;->keep(Ljava/lang/String;Ljava/lang/String;)V
    const-string v0, "build"
    const-string v1, "192.0.43.12"
    invoke-static {v0, v1}, Ltest/chat/Servers;->note(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

.method static native keep(Ljava/lang/String;Ljava/lang/String;)V
.end method

.method static native note(Ljava/lang/String;Ljava/lang/String;)V
.end method

# Object identifiers and versions
.method static identifiers(Ljava/util/List;)V
    .registers 2
    const-string v0, "2.5.29.15"
    invoke-interface {p0, v0}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    const-string v0, "2.5.29.37"
    invoke-interface {p0, v0}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    const-string v0, "4.10.2.1"
    invoke-interface {p0, v0}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    return-void
.end method

# Comparisons, also of a host that the app contacts, and a name of another domain
.method static compares(Ljava/lang/String;Ljava/util/Set;)Z
    .registers 3
    const-string v0, "old.chat.test"
    invoke-virtual {v0, p0}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    const-string v0, "api.chat.test"
    invoke-virtual {v0, p0}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    const-string v0, "mail.other.test"
    invoke-virtual {v0, p0}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    const-string v0, "user.profile.name"
    invoke-interface {p1, v0}, Ljava/util/Set;->add(Ljava/lang/Object;)Z
    move-result v0
    return v0
.end method

# Members of objects in JSON: one that code reads, one of a message, and names that are no hosts of the app
.method static objects(Lorg/json/JSONObject;)V
    .registers 3
    new-instance v0, Lorg/json/JSONObject;
    const-string v1, "{\"im\": {\"host\": \"tcp.chat.test\", \"port\": 80}, \"backup\":\"tcp2.chat.test\", \"seen.chat.test\": 1, \"key\": \"user.profile.name\", \"note\": \"on note.chat.test\"}"
    invoke-direct {v0, v1}, Lorg/json/JSONObject;-><init>(Ljava/lang/String;)V
    const-string v0, "{\"host\": \"logged.chat.test\"}"
    invoke-static {v0, v0}, Landroid/util/Log;->i(Ljava/lang/String;Ljava/lang/String;)I
    const-string v0, "[\"listed.chat.test\"]"
    invoke-static {v0, v0}, Ltest/chat/Servers;->keep(Ljava/lang/String;Ljava/lang/String;)V
    return-void
.end method

# A host that takes the place of another one in an address, and one that is only shown
.method static rewrite(Ljava/lang/String;Ljava/lang/String;)V
    .registers 4
    const-string v0, "s3.cloud.test"
    invoke-virtual {p0, p1, v0}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    const-string v0, "log.cloud.test"
    invoke-virtual {p0, p1, v0}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object v0
    invoke-static {p1, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
    return-void
.end method

# The same with paths; a path alone, and a replacement of a text that is no host, are no evidence
.method static rewritePath(Ljava/lang/String;)V
    .registers 4
    const-string v0, "drive.cloud.test/open"
    const-string v1, "docs.cloud.test/uc"
    invoke-virtual {p0, v0, v1}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    const-string v0, "open/file"
    const-string v1, "type.cloud.test/file"
    invoke-virtual {p0, v0, v1}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
