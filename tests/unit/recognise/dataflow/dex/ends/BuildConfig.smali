.class public final Ltest/shop/BuildConfig;
.super Ljava/lang/Object;

# Libraries read these fields by their names.
.field public static final SERVER:Ljava/lang/String; = "https://built.shop.test/a"
