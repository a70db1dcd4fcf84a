.class public Ltest/shop/Xmpp;
.super Ljava/lang/Object;

# Old versions of Smack: the name of a service, with the usual port
.method static service()V
    .registers 2
    new-instance v0, Lorg/jivesoftware/smack/ConnectionConfiguration;
    const-string v1, "im.shop.test"
    invoke-direct {v0, v1}, Lorg/jivesoftware/smack/ConnectionConfiguration;-><init>(Ljava/lang/String;)V
    new-instance v0, Lorg/jivesoftware/smack/XMPPConnection;
    const-string v1, "im2.shop.test"
    invoke-direct {v0, v1}, Lorg/jivesoftware/smack/XMPPConnection;-><init>(Ljava/lang/String;)V
    return-void
.end method
