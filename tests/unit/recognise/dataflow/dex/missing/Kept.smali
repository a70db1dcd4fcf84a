.class public Ltest/lib/Kept;
.super Ljava/lang/Object;

.method public static first()V
    .registers 4
    const-string v0, "https://first.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    invoke-static {}, Lorg/maps/Point;->origin()V
    return-void
.end method

.method public static oneWay()V
    .registers 4
    sget v1, Landroid/os/Build$VERSION;->SDK_INT:I
    if-eqz v1, :old
    invoke-static {}, Lorg/maps/Point;->origin()V
    :old
    const-string v0, "https://oneway.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static catchThrowable()V
    .registers 4
    :try_start
    invoke-static {}, Lorg/maps/Point;->origin()V
    :try_end
    .catch Ljava/lang/Throwable; {:try_start .. :try_end} :caught
    return-void
    :caught
    move-exception v1
    const-string v0, "https://catchthrowable.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static catchError()V
    .registers 4
    :try_start
    invoke-static {}, Lorg/maps/Point;->origin()V
    :try_end
    .catch Ljava/lang/Error; {:try_start .. :try_end} :caught
    return-void
    :caught
    move-exception v1
    const-string v0, "https://catcherror.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static catchLinkageError()V
    .registers 4
    :try_start
    invoke-static {}, Lorg/maps/Point;->origin()V
    :try_end
    .catch Ljava/lang/LinkageError; {:try_start .. :try_end} :caught
    return-void
    :caught
    move-exception v1
    const-string v0, "https://catchlinkageerror.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static catchNoClassDefFoundError()V
    .registers 4
    :try_start
    invoke-static {}, Lorg/maps/Point;->origin()V
    :try_end
    .catch Ljava/lang/NoClassDefFoundError; {:try_start .. :try_end} :caught
    return-void
    :caught
    move-exception v1
    const-string v0, "https://catchnoclassdeffounderror.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static lastly()V
    .registers 4
    :try_start
    invoke-static {}, Lorg/maps/Point;->origin()V
    :try_end
    .catchall {:try_start .. :try_end} :caught
    return-void
    :caught
    move-exception v1
    const-string v0, "https://lastly.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    throw v1
.end method

.method public static noObject()V
    .registers 4
    const/4 v1, 0x0
    :try_start
    invoke-virtual {v1}, Lorg/maps/Point;->move()V
    :try_end
    .catch Ljava/lang/RuntimeException; {:try_start .. :try_end} :caught
    return-void
    :caught
    move-exception v1
    const-string v0, "https://noobject.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static fails()V
    .registers 4
    invoke-static {}, Ljava/lang/System;->gc()V
    invoke-static {}, Lorg/maps/Point;->origin()V
    return-void
.end method

.method public static throwsOther()V
    .registers 4
    :try_start
    invoke-static {}, Ltest/lib/Kept;->fails()V
    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :caught
    return-void
    :caught
    move-exception v1
    const-string v0, "https://throwsother.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static tested()V
    .registers 4
    const/4 v1, 0x0
    const-class v2, Lorg/maps/Point;
    instance-of v2, v1, Lorg/maps/Point;
    check-cast v1, Lorg/maps/Point;
    const-string v0, "https://tested.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static ofPlatform()V
    .registers 4
    new-instance v1, Lorg/apache/http/impl/client/DefaultHttpClient;
    invoke-direct {v1}, Lorg/apache/http/impl/client/DefaultHttpClient;-><init>()V
    invoke-static {}, Lcom/samsung/android/Pen;->start()V
    const-string v0, "https://platform.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static bothLost()V
    .registers 4
    invoke-static {}, Lorg/maps/Point;->origin()V
    const-string v0, "https://both.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method

.method public static bothFound()V
    .registers 4
    const-string v0, "https://both.shop.test/"
    invoke-static {v0}, Ltest/lib/Net;->get(Ljava/lang/String;)V
    return-void
.end method
