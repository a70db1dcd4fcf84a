# An interface of the app: no class of Java implements it.
.class public interface abstract Lcollected/Own;
.super Ljava/lang/Object;
