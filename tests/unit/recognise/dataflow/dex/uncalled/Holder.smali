# Fields of an object: nothing calls the reader of the first, and the constructor gives the last one to a method as well
.class public Ltest/shop/app/Holder;
.super Ljava/lang/Object;

.field private unread:Ljava/lang/String;
.field private read:Ljava/lang/String;
.field private given:Ljava/lang/String;
.field private joined:Ljava/lang/String;
.field private joinedRead:Ljava/lang/String;

.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    const-string v0, "https://instance.shop.test/"
    iput-object v0, p0, Ltest/shop/app/Holder;->unread:Ljava/lang/String;
    const-string v0, "https://instanceread.shop.test/"
    iput-object v0, p0, Ltest/shop/app/Holder;->read:Ljava/lang/String;
    const-string v0, "https://instancegiven.shop.test/"
    iput-object v0, p0, Ltest/shop/app/Holder;->given:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public askUnread()V
    .registers 2
    iget-object v0, p0, Ltest/shop/app/Holder;->unread:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    iget-object v0, p0, Ltest/shop/app/Holder;->given:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public askRead()V
    .registers 2
    const-string v0, "list"
    invoke-virtual {p0, v0}, Ltest/shop/app/Holder;->keep(Ljava/lang/String;)V
    iget-object v0, p0, Ltest/shop/app/Holder;->joinedRead:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    iget-object v0, p0, Ltest/shop/app/Holder;->read:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

# Texts that it puts together: nothing reads the first
.method public keep(Ljava/lang/String;)V
    .registers 4
    const-string v0, "https://joined.shop.test/"
    invoke-virtual {v0, p1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    iput-object v0, p0, Ltest/shop/app/Holder;->joined:Ljava/lang/String;
    const-string v0, "https://joinedread.shop.test/"
    invoke-virtual {v0, p1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    iput-object v0, p0, Ltest/shop/app/Holder;->joinedRead:Ljava/lang/String;
    return-void
.end method

.method public askJoined()V
    .registers 2
    iget-object v0, p0, Ltest/shop/app/Holder;->joined:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
