.class public interface abstract Lorg/appcelerator/titanium/ITiAppInfo;
.super Ljava/lang/Object;

.method public abstract getUrl()Ljava/lang/String;
.end method
