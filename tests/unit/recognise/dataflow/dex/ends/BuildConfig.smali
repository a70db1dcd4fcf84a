.class public final Ltest/shop/BuildConfig;
.super Ljava/lang/Object;

# Nothing reads this field, and no code has the name of the class.
.field public static final SERVER:Ljava/lang/String; = "https://built.shop.test/a"
