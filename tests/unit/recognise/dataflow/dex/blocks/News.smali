.class public Ltest/extension/News;
.super Lcom/google/appinventor/components/runtime/AndroidNonvisibleComponent;
.annotation runtime Lcom/google/appinventor/components/annotations/DesignerComponent;
    iconName = "https://icons-app-1.appspot.com/icon.png"
    server = "https://server-app-1.appspot.com/"
.end annotation

.method public Shown()V
    .registers 5
    const-string v0, "Shown"
    const/4 v1, 1
    new-array v1, v1, [Ljava/lang/Object;
    const/4 v2, 0
    const-string v3, "https://shown.shop.test/"
    aput-object v3, v1, v2
    invoke-static {p0, v0, v1}, Lcom/google/appinventor/components/runtime/EventDispatcher;->dispatchEvent(Lcom/google/appinventor/components/runtime/Component;Ljava/lang/String;[Ljava/lang/Object;)Z
    return-void
.end method

.method public Boxed()V
    .registers 5
    const-string v0, "Boxed"
    const/4 v1, 1
    new-array v1, v1, [Ljava/lang/Object;
    const/4 v2, 0
    const-string v3, "https://boxed.shop.test/"
    aput-object v3, v1, v2
    invoke-static {p0, v0, v1}, Lcom/google/appinventor/components/runtime/EventDispatcher;->dispatchEvent(Lcom/google/appinventor/components/runtime/Component;Ljava/lang/String;[Ljava/lang/Object;)Z
    return-void
.end method

.method public Listed()V
    .registers 5
    const-string v0, "Listed"
    const/4 v1, 1
    new-array v1, v1, [Ljava/lang/Object;
    const/4 v2, 0
    const-string v3, "https://listed.shop.test/"
    aput-object v3, v1, v2
    invoke-static {p0, v0, v1}, Lcom/google/appinventor/components/runtime/EventDispatcher;->dispatchEvent(Lcom/google/appinventor/components/runtime/Component;Ljava/lang/String;[Ljava/lang/Object;)Z
    return-void
.end method

.method public Asked()V
    .registers 5
    const-string v0, "Asked"
    const/4 v1, 1
    new-array v1, v1, [Ljava/lang/Object;
    const/4 v2, 0
    const-string v3, "https://asked.shop.test/"
    aput-object v3, v1, v2
    invoke-static {p0, v0, v1}, Lcom/google/appinventor/components/runtime/EventDispatcher;->dispatchEvent(Lcom/google/appinventor/components/runtime/Component;Ljava/lang/String;[Ljava/lang/Object;)Z
    return-void
.end method

.method public Both()V
    .registers 5
    const-string v0, "Both"
    const/4 v1, 1
    new-array v1, v1, [Ljava/lang/Object;
    const/4 v2, 0
    const-string v3, "https://both.shop.test/"
    aput-object v3, v1, v2
    invoke-static {p0, v0, v1}, Lcom/google/appinventor/components/runtime/EventDispatcher;->dispatchEvent(Lcom/google/appinventor/components/runtime/Component;Ljava/lang/String;[Ljava/lang/Object;)Z
    return-void
.end method

.method public Changed()V
    .registers 5
    const-string v0, "Changed"
    const/4 v1, 1
    new-array v1, v1, [Ljava/lang/Object;
    const/4 v2, 0
    const-string v3, "https://changed.shop.test/"
    aput-object v3, v1, v2
    invoke-static {p0, v0, v1}, Lcom/google/appinventor/components/runtime/EventDispatcher;->dispatchEvent(Lcom/google/appinventor/components/runtime/Component;Ljava/lang/String;[Ljava/lang/Object;)Z
    return-void
.end method

.method public Unhandled()V
    .registers 5
    const-string v0, "Unhandled"
    const/4 v1, 1
    new-array v1, v1, [Ljava/lang/Object;
    const/4 v2, 0
    const-string v3, "https://unhandled.shop.test/"
    aput-object v3, v1, v2
    invoke-static {p0, v0, v1}, Lcom/google/appinventor/components/runtime/EventDispatcher;->dispatchEvent(Lcom/google/appinventor/components/runtime/Component;Ljava/lang/String;[Ljava/lang/Object;)Z
    return-void
.end method

# An event whose name is not a constant
.method public Named(Ljava/lang/String;)V
    .registers 5
    const/4 v1, 1
    new-array v1, v1, [Ljava/lang/Object;
    const/4 v2, 0
    const-string v3, "https://named.shop.test/"
    aput-object v3, v1, v2
    invoke-static {p0, p1, v1}, Lcom/google/appinventor/components/runtime/EventDispatcher;->dispatchEvent(Lcom/google/appinventor/components/runtime/Component;Ljava/lang/String;[Ljava/lang/Object;)Z
    return-void
.end method
