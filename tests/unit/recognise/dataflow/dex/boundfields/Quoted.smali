# A constant that no code of the app reads.
.class public Ltest/shop/app/Quoted;
.super Ljava/lang/Object;

.field public static final HOST:Ljava/lang/String; = "https://quoted.shop.test/"
