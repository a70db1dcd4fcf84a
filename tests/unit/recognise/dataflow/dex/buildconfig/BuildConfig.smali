.class public final Ltest/shop/BuildConfig;
.super Ljava/lang/Object;

# No code has the name of this class.
.field public static final OLD:Ljava/lang/String; = "https://builtunread.shop.test/a"

.field public static final SERVER:Ljava/lang/String; = "https://builtasked.shop.test/a"
