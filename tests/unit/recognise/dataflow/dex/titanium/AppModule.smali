# What a script reads as Ti.App.url; the runtime of scripts gets it in a call that is not known
.class public Lti/modules/titanium/app/AppModule;
.super Ljava/lang/Object;

.method public url(Lorg/appcelerator/titanium/ITiAppInfo;Ltest/runtime/Script;)V
    .registers 4
    invoke-interface {p1}, Lorg/appcelerator/titanium/ITiAppInfo;->getUrl()Ljava/lang/String;
    move-result-object v0
    invoke-virtual {p2, v0}, Ltest/runtime/Script;->push(Ljava/lang/Object;)V
    return-void
.end method
