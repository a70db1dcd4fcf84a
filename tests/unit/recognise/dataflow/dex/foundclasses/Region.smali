.class public Ltest/shop/app/Region;
.super Ljava/lang/Object;

.field private final url:Ljava/lang/String;

.method public constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/shop/app/Region;->url:Ljava/lang/String;
    return-void
.end method

.method public ask()V
    .registers 2
    iget-object v0, p0, Ltest/shop/app/Region;->url:Ljava/lang/String;
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
