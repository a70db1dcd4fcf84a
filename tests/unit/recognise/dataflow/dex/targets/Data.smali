.class public Ltest/shop/Data;
.super Ljava/lang/Object;

.field url:Ljava/lang/String;
