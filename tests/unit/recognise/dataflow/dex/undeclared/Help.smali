.class Lother/scan/Help;
.super Ljava/lang/Object;

.field public static final ADDRESS:Ljava/lang/String; = "https://field.other.test/"

.method public static both()V
    .registers 2
    const-string v0, "https://both.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    const-string v0, "other.scan.Named"
    return-void
.end method

.method public static free()V
    .registers 2
    const-string v0, "https://free.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static turn()V
    .registers 2
    const-string v0, "https://turn.other.test/"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    invoke-static {}, Lother/scan/Help;->again()V
    return-void
.end method

.method public static again()V
    .registers 1
    invoke-static {}, Lother/scan/Help;->turn()V
    return-void
.end method
