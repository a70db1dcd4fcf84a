.class public final Ltest/library/BuildConfig;
.super Ljava/lang/Object;

# Code has an object for this class, and so its fields by name.
.field public static final SERVER:Ljava/lang/String; = "https://builtreflected.shop.test/a"
