.class public interface abstract annotation Ltest/lib/Block;
.super Ljava/lang/Object;
.implements Ljava/lang/annotation/Annotation;

.method public abstract defaultValue()Ljava/lang/String;
.end method
