# Static fields whose names say what their values are.
.class public final Ltest/shop/BuildConfig;
.super Ljava/lang/Object;

.field public static final APPLICATION_ID:Ljava/lang/String; = "test.shop"
.field public static final BUILD_TOKENS:I = 0x3
.field public static final ORDERS_API_KEY:Ljava/lang/String; = "4bJkQiYn8XyTd1Mm58hZdTSK"
.field public static final PREF_TOKEN_NAME:Ljava/lang/String; = "pref_session_token"
.field public static final SMTP_PASSWORD:Ljava/lang/String; = "Vn29tRw7Xz"
.field public static secretEmpty:Ljava/lang/String;
