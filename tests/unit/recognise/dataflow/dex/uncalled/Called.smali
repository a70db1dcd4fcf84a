.class public interface abstract annotation Ltest/shop/app/Called;
.super Ljava/lang/Object;
.implements Ljava/lang/annotation/Annotation;
