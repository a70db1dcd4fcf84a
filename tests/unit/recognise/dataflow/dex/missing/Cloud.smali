.class public Ltest/lib/Cloud;
.super Ljava/lang/Object;

.method public static lost()V
    .registers 4
    invoke-static {}, Lorg/maps/Point;->origin()V
    const-string v0, "https://lost-app-1.appspot.com"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static now()V
    .registers 4
    const-string v0, "https://kept-app-1.appspot.com"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
