.class public interface abstract Landroidx/compose/ui/platform/UriHandler;
.super Ljava/lang/Object;

.method public abstract openUri(Ljava/lang/String;)V
.end method
