.class interface abstract annotation Ltest/annread/app/Info;
.super Ljava/lang/Object;
.implements Ljava/lang/annotation/Annotation;
.annotation runtime Ljava/lang/annotation/Retention;
    value = .enum Ljava/lang/annotation/RetentionPolicy;->RUNTIME:Ljava/lang/annotation/RetentionPolicy;
.end annotation
.method public abstract helpUrl()Ljava/lang/String;
.end method
