# A class of a library: its fields are not the app's.
.class public final Lkotlin/shop/Library;
.super Ljava/lang/Object;

.field public static final DEMO_API_KEY:Ljava/lang/String; = "6dKlSjZo9YzUe2Nn69iAeUTL"
