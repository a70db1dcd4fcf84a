.class public final Ltest/shop/R$string;
.super Ljava/lang/Object;

.field public static final field:I = 0x7f010010
.field public static final fieldunused:I = 0x7f010011
